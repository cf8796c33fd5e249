// How soon and how smoothly a large recording is shown; run by TestStudioLarge.
import { studio } from "./harness.mjs";
studio("nothing yet", async () => {});
