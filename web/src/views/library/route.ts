import type { View } from "../../app/views";

export default {
  pattern: "/",
  title: "All that is open",
  load: () => import("./LibraryView"),
  menu: { label: "Open", order: 0, link: "/" },
} satisfies View;
