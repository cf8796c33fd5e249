import { useJSON } from "../../app/api";
import { useUrlState } from "../../app/router";
import type { ViewProps } from "../../app/views";
import { ItemPage } from "../../ui/ItemHead";
import { Await } from "../../ui/Message";
import { Activity } from "./Activity";
import { Community } from "./Community";
import { Contexts } from "./Contexts";
import { about, type Recorded, type Statement, type Who } from "./data";
import { Effects } from "./Effects";
import { Events } from "./Events";
import { Facts, Lists } from "./Facts";
import { FoundTuning, Tuning } from "./Tuning";
import { Head } from "./Head";
import { Histogram } from "./Histogram";
import "./neuron.css";
import { FoundPartners, Partners } from "./Partners";
import { Spikes } from "./Spikes";

/** One neuron: the same page for AVAL of a worm, E/12 of a simulation and blocks.3.mlp.post/17 of a transformer. */
export default function NeuronView({ params }: ViewProps) {
  const { item, unit } = params;
  const [order] = useUrlState("order", "");
  const who = useJSON<Who>(about(item, "unit", unit, { order }));
  const fresh = who.data && who.data.unit !== unit ? { loading: true } : who;
  return (
    <ItemPage id={item}>
      <Await of={fresh} what={`The neuron ${unit}`}>
        {(data: Who) => <Page who={data} />}
      </Await>
    </ItemPage>
  );
}

function Page({ who }: { who: Who }) {
  const [chosen, choose] = useUrlState("in", "");
  const recording = who.activity.find((r) => r.id === chosen) ?? who.activity[0];
  const of = (...shapes: Statement["shape"][]) => who.says.filter((s) => shapes.includes(s.shape));
  return (
    <div class="neuron">
      <Head who={who} />
      {who.activity.length > 1 && <Choose recordings={who.activity} chosen={recording.id} choose={choose} />}
      {recording && <Activity recording={recording} unit={who.unit} />}
      <Facts who={who} facts={of("facts")} />
      <Contexts statements={of("contexts")} recording={recording} />
      <div class="figures">
        <Histogram statements={of("histogram")} recording={recording} unit={who.unit} />
        {recording?.spikes && <Spikes recording={recording} unit={who.unit} />}
        <FoundTuning statements={of("tuning")} />
      </div>
      {recording && recording.features > 0 && <Tuning recording={recording} unit={who.unit} />}
      {recording && recording.epochs > 0 && <Events recording={recording} unit={who.unit} />}
      <Community changes={of("changes")} membership={of("membership")} recording={recording} />
      {recording && recording.units > 1 && <Partners recording={recording} unit={who.unit} item={who.item} />}
      <FoundPartners statements={of("partners", "pairs")} who={who} />
      <Effects statements={of("effects")} who={who} />
      <Lists statements={of("list")} />
      <Notes who={who} />
    </div>
  );
}

function Choose({ recordings, chosen, choose }: { recordings: Recorded[]; chosen: string; choose: (id: string) => void }) {
  return (
    <div class="toolbar">
      <label>
        Activity in
        <select value={chosen} onChange={(e) => choose(e.currentTarget.value)}>
          {recordings.map((r) => (
            <option value={r.id} key={r.id}>
              {r.name}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

function Notes({ who }: { who: Who }) {
  if (who.notes.length === 0) return null;
  return (
    <section aria-label="Notes">
      <h2>Not read</h2>
      <ul>
        {who.notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
    </section>
  );
}
