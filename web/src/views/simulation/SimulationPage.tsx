import type { ViewProps } from "../../app/views";
import { ItemPage } from "../../ui/ItemHead";
import Simulation from "./Simulation";

/** The simulation at an address of its own. */
export default function SimulationPage({ params }: ViewProps) {
  return (
    <ItemPage id={params.id}>
      <Simulation id={params.id} />
    </ItemPage>
  );
}
