import type { View } from "../../app/views";

export default [
  { pattern: "/compare", title: "Compare", load: () => import("./CompareView"), menu: { label: "Compare", order: 60, link: "/compare" } },
] satisfies View[];
