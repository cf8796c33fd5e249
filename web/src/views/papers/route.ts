import type { View } from "../../app/views";

export default [
  { pattern: "/papers", title: "Papers", load: () => import("./PapersView"), menu: { label: "Papers", order: 70, link: "/papers" } },
  { pattern: "/papers/:row", title: "Paper", load: () => import("./PaperView") },
] satisfies View[];
