import { findingLink } from "../../app/links";
import type { View } from "../../app/views";

export default {
  pattern: "/finding/:id",
  title: "Finding",
  load: () => import("./FindingView"),
  tab: { label: "Finding", order: 10, kinds: ["finding"], link: findingLink },
} satisfies View;
