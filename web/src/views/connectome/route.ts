import { connectomeLink } from "../../app/links";
import type { View } from "../../app/views";

export default {
  pattern: "/connectome/:id",
  title: "Connectome",
  load: () => import("./ConnectomeView"),
  tab: { label: "Connectome", order: 20, kinds: ["finding"], link: connectomeLink },
} satisfies View;
