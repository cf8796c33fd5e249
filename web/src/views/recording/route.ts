import { recordingLink } from "../../app/links";
import type { View } from "../../app/views";
import { askEarly } from "./early";

askEarly();

export default {
  pattern: "/recording/:item",
  title: "Recording",
  load: () => import("./RecordingView"),
  tab: { label: "Recording", order: 0, kinds: ["recording"], link: recordingLink },
} satisfies View;
