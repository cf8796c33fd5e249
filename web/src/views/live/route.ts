import type { View } from "../../app/views";
import { liveLink, networkLink } from "../../app/links";

export default [
  {
    pattern: "/live/:id",
    title: "Live",
    load: () => import("./LiveView"),
    tab: { label: "Live", order: 10, kinds: ["network"], link: liveLink },
  },
  {
    pattern: "/network/:id",
    title: "Network",
    load: () => import("./NetworkView"),
    tab: { label: "Network", order: 11, kinds: ["network"], link: networkLink },
  },
] satisfies View[];
