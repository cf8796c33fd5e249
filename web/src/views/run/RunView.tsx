import { api, useJSON } from "../../app/api";
import { runsLink } from "../../app/links";
import type { ViewProps } from "../../app/views";
import { Message } from "../../ui/Message";
import { CommandLine } from "./CommandLine";
import { Actions, Progress } from "./Progress";
import { useRuns } from "./runs";
import "./run.css";

/** What the run found, in a few sentences. */
function Found({ item }: { item: string }) {
  const { data } = useJSON<{ summary?: string; passed: number; tested: number }>(api(["library", item]));
  if (!data?.summary) return null;
  return (
    <section class="run-found" aria-label="What it found">
      <p>{data.summary}</p>
      {data.tested > 0 && (
        <p class={data.passed > 0 ? "good" : "muted"}>
          {data.passed} of {data.tested} tests beyond chance
        </p>
      )}
    </section>
  );
}

/** One run: how far it is, what it says, and its finding. */
export default function RunView({ params }: ViewProps) {
  const { runs, lost } = useRuns();
  const run = runs?.find((r) => r.id === params.run);
  if (lost && !run) return <Message title="The studio does not answer">Was nissl studio ended? This page goes on by itself when it is back.</Message>;
  if (!runs) return null;
  if (!run) {
    return (
      <Message title={`${params.run} is no run of this studio`}>
        Runs are listed until the studio ends; what they found lies in their folders. <a href={runsLink()}>The runs since then</a>
      </Message>
    );
  }
  return (
    <div class="page">
      <div class="item-head">
        <h1>{run.id}</h1>
        <span class="aside">
          <a href={runsLink()}>All runs</a>
        </span>
      </div>
      {lost && <p class="bad" role="alert">The studio does not answer: was it ended?</p>}
      <Progress run={run} />
      <Actions run={run} />
      {run.item && <Found item={run.item} />}
      <CommandLine command={run.command} />
      <h2>What it says</h2>
      {run.messages.length === 0 ? (
        <p class="muted">Nothing beside its progress.</p>
      ) : (
        <pre class="run-messages" tabIndex={0} role="log" aria-label="What it says">
          {run.messages.join("\n")}
        </pre>
      )}
    </div>
  );
}
