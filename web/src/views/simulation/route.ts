import type { View } from "../../app/views";

export default {
  pattern: "/simulation/:id",
  title: "Simulation",
  load: () => import("./SimulationPage"),
} satisfies View;
