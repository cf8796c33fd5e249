import { lazy, Suspense } from "preact/compat";
import { useMemo } from "preact/hooks";
import { api, useJSON } from "../../app/api";
import type { ViewProps } from "../../app/views";
import { ItemPage } from "../../ui/ItemHead";
import { Await } from "../../ui/Message";
import "./live.css";
import { Playground } from "./Playground";
import type { Described } from "./types";

const Simulation = lazy(() => import("../simulation/Simulation"));

/** A network to play with: a text, a picture or numbers go in, and any of its neurons can be changed. */
export default function LiveView({ params }: ViewProps) {
  const { id } = params;
  const path = useMemo(() => api(["networks", id]), [id]);
  const described = useJSON<Described>(path);
  return (
    <ItemPage id={id}>
      <Await of={described} what="The network">
        {(network) =>
          network.takes === "seconds" ? (
            <Suspense fallback={<p class="loading">Loading the simulation …</p>}>
              <Simulation id={id} />
            </Suspense>
          ) : (
            <Playground id={id} network={network} />
          )
        }
      </Await>
    </ItemPage>
  );
}
