import { runLink, runsLink } from "../../app/links";
import { Message } from "../../ui/Message";
import { Actions, Progress } from "./Progress";
import { useRuns } from "./runs";
import "./run.css";

/** All runs since the studio was started. */
export default function RunsView() {
  const { runs, lost } = useRuns();
  return (
    <div class="page">
      <div class="item-head">
        <h1>Runs</h1>
        <a href={runLink()}>Run a method</a>
      </div>
      {lost && <Message title="The studio does not answer">Was nissl studio ended? This page goes on by itself when it is back.</Message>}
      {runs?.length === 0 && <p>Nothing was run yet since the studio was started.</p>}
      <ul class="run-list">
        {runs?.map((run) => (
          <li class="card" key={run.id}>
            <h2>
              <a href={runsLink(run.id)}>{run.id}</a> <small>{run.verb}</small>
            </h2>
            <Progress run={run} />
            <Actions run={run} />
            <p class="path">{run.command}</p>
          </li>
        ))}
      </ul>
    </div>
  );
}
