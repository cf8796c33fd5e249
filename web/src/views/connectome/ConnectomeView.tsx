import { useMemo } from "preact/hooks";
import { api, useJSON } from "../../app/api";
import { findingLink, recordingLink } from "../../app/links";
import { useUrlNumber, useUrlState } from "../../app/router";
import type { ViewProps } from "../../app/views";
import { ItemPage } from "../../ui/ItemHead";
import { Await } from "../../ui/Message";
import { ComponentsFigure } from "./ComponentsFigure";
import "./connectome.css";
import { EvidenceFigures } from "./EvidenceFigures";
import { FlowFigure } from "./FlowFigure";
import { GraphFigure } from "./GraphFigure";
import { MatrixFigure } from "./MatrixFigure";
import { PairsFigure } from "./PairsFigure";
import { TimeBar } from "./TimeBar";
import type { Overview } from "./types";

/** What a finding says about pairs of units, and when. */
export default function ConnectomeView({ params }: ViewProps) {
  const overview = useJSON<Overview>(api(["connectomes", params.id]));
  return (
    <ItemPage id={params.id}>
      <Await of={overview} what="The connectome">
        {(data) => <Shown id={params.id} data={data} />}
      </Await>
    </ItemPage>
  );
}

function Shown({ id, data }: { id: string; data: Overview }) {
  const c = data.components;
  const span = useMemo(() => timeSpan(data), [data]);
  const [at, setAt] = useUrlNumber("t", span?.[0] ?? 0);
  const [track, setTrack] = useUrlNumber("community", 0, true);
  const [matrix, setMatrix] = useUrlState("matrix", data.matrices[0]?.name ?? "", true);
  // What does not follow the moment is not looked at again while time plays.
  const verdict = useMemo(() => <Verdict id={id} data={data} />, [id, data]);
  const rest = useMemo(
    () => (
      <>
        {data.pairs.map((p) => (
          <PairsFigure key={p.name} id={id} table={p} />
        ))}
        <EvidenceFigures id={id} data={data} />
      </>
    ),
    [id, data],
  );
  const nothing = data.matrices.length === 0 && data.pairs.length === 0;
  return (
    <>
      {verdict}
      {nothing && <p>This finding says nothing about pairs of units.</p>}
      {c && span && <TimeBar span={span} at={at} setAt={setAt} components={c} />}
      {c && <ComponentsFigure id={id} data={data} components={c} at={at} setAt={setAt} />}
      <div class="connectome-pair">
        {data.matrices.length > 0 && <MatrixFigure id={id} data={data} name={matrix} setName={setMatrix} track={track} at={at} />}
        {(data.matrices.length > 0 || data.pairs.length > 0) && <GraphFigure id={id} data={data} at={at} track={track} />}
      </div>
      {c?.community && <FlowFigure id={id} data={data} components={c} at={at} setAt={setAt} track={track} setTrack={setTrack} />}
      {rest}
    </>
  );
}

/** What was found, in the finding's words, and whether any of it is beyond chance. */
function Verdict({ id, data }: { id: string; data: Overview }) {
  const passed = data.evidence.filter((e) => e.passed).length;
  const c = data.components;
  // Only a table of communities can say that there are none.
  const none = c !== null && c.community !== null && !c.community.some((row) => row.some((k) => k > 0));
  return (
    <section class="connectome-verdict" aria-label="What was found">
      {none && (
        <p class="connectome-none">
          <strong>No communities beyond chance.</strong> No group of units that was tried holds where it was not found; the groups and their figures stand below, beside what chance gives.
        </p>
      )}
      <p>{data.summary}</p>
      <p class="muted">
        {data.units.length} units · {data.verb} {data.method} · {data.evidence.length ? `${passed} of ${data.evidence.length} tests beyond chance · ` : ""}
        <a href={findingLink(id)}>the whole finding</a>
        {data.inputs.map((input) => (
          <>
            {" · "}
            <a href={recordingLink(input.id)}>{input.name}</a>
          </>
        ))}
      </p>
    </section>
  );
}

function timeSpan(data: Overview): [number, number] | undefined {
  const times = data.components?.times;
  if (!times || times.length < 2) return undefined;
  return [times[0], times[times.length - 1]];
}
