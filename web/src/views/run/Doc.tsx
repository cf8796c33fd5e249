import type { ComponentChildren } from "preact";

type Block = { kind: "heading" | "text"; text: string } | { kind: "code" | "list" | "numbers"; lines: string[] };

/** A method's page as Go writes it: headings after "# ", code that is indented, lists of "- ". */
export function Doc({ text }: { text: string }) {
  return (
    <div class="run-doc">
      {blocks(text).map((b, i) => (
        <Part block={b} key={i} />
      ))}
    </div>
  );
}

function Part({ block }: { block: Block }): ComponentChildren {
  switch (block.kind) {
    case "heading":
      return <h2>{block.text}</h2>;
    case "text":
      return <p>{block.text}</p>;
    case "code":
      return (
        <pre tabIndex={0} role="region" aria-label="Formula or example">
          {block.lines.join("\n")}
        </pre>
      );
    case "list":
    case "numbers": {
      const items = block.lines.map((line, i) => <li key={i}>{line}</li>);
      return block.kind === "list" ? <ul>{items}</ul> : <ol>{items}</ol>;
    }
  }
}

const item = /^\s*(?:[-*•]|\d+\.)\s+/;
const indented = /^(?:\t| {2,})/;

/** Takes the text apart; pieces are separated by empty lines. */
export function blocks(text: string): Block[] {
  const out: Block[] = [];
  for (const piece of text.split(/\n\s*\n/)) {
    const lines = piece.split("\n").filter((l) => l.trim());
    if (lines.length === 0) continue;
    const last = out.at(-1);
    if (lines[0].startsWith("# ")) {
      out.push({ kind: "heading", text: lines[0].slice(2) });
      if (lines.length > 1) out.push({ kind: "text", text: lines.slice(1).join(" ") });
    } else if (lines.some((l) => item.test(l)) && (item.test(lines[0]) || !indented.test(lines[0]))) {
      listed(lines, out);
    } else if (lines.every((l) => indented.test(l))) {
      const code = dedent(lines);
      if (last?.kind === "code") last.lines.push("", ...code);
      else out.push({ kind: "code", lines: code });
    } else out.push({ kind: "text", text: lines.join(" ") });
  }
  return out;
}

/** Lines before the first item are text; lines after an item that are no item go on with it. */
function listed(lines: string[], out: Block[]) {
  const first = lines.findIndex((l) => item.test(l));
  if (first > 0) out.push({ kind: "text", text: lines.slice(0, first).join(" ") });
  const items: string[] = [];
  const kind = /^\s*\d/.test(lines[first]) ? "numbers" : "list";
  for (const line of lines.slice(first)) {
    if (item.test(line)) items.push(line.replace(item, ""));
    else items[items.length - 1] += " " + line.trim();
  }
    const last = out.at(-1);
  if (kind === "numbers" && last?.kind === kind && first === 0) last.lines.push(...items); // numbered on after an empty line
  else out.push({ kind, lines: items });
}

function dedent(lines: string[]): string[] {
  const spaces = lines.map((l) => l.replaceAll("\t", "    "));
  const margin = Math.min(...spaces.map((l) => l.length - l.trimStart().length));
  return spaces.map((l) => l.slice(margin));
}
