import { runLink } from "../../app/links";
import type { View } from "../../app/views";

export default [
  {
    pattern: "/run",
    title: "Run a method",
    load: () => import("./MethodsView"),
    menu: { label: "Run", order: 60, link: "/run" },
    tab: { label: "Run", order: 90, kinds: ["recording", "network"], link: (id) => runLink(undefined, id) },
  },
  { pattern: "/run/:method", title: "Run a method", load: () => import("./FormView") },
  { pattern: "/runs", title: "Runs", load: () => import("./RunsView") },
  { pattern: "/runs/:run", title: "Run", load: () => import("./RunView") },
] satisfies View[];
