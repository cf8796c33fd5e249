import { neuronsLink } from "../../app/links";
import type { View } from "../../app/views";

export default [
  {
    pattern: "/neuron/:item/*unit",
    title: "Neuron",
    load: () => import("./NeuronView"),
  },
  {
    pattern: "/neuron/:item",
    title: "Neurons",
    load: () => import("./NeuronsView"),
    tab: { label: "Neurons", order: 30, kinds: ["recording", "finding", "network"], link: neuronsLink },
  },
] satisfies View[];
