import type { ComponentChildren } from "preact";
import { findingLink, neuronLink } from "../../app/links";
import type { Cell, Column } from "../../ui/DataTable";
import { DataTable } from "../../ui/DataTable";
import { quantity } from "../../ui/format";
import { list, type Statement, visible, type Who } from "./data";

/** All that is known of it by name: the file's columns, its site, its population, and each finding's facts. */
export function Facts({ who, facts }: { who: Who; facts: Statement[] }) {
  const own = who.columns.filter((c) => !(who.site && (c.name === "site" || c.name === "index")));
  return (
    <section class="neuron-facts" aria-label="Who it is">
      {(own.length > 0 || who.site) && (
        <Card title="Who it is" from={who.activity[0]?.name ?? who.item}>
          {who.site && <Site site={who.site} />}
          {own.map((f) => (
            <Fact key={f.name} name={f.name} doc={f.doc} value={shown(f.value, f.unit)} order={f.name} number={typeof f.value === "number"} />
          ))}
        </Card>
      )}
      {who.groups.map((g) => (
        <Card key={g.from + g.column} title={`${g.column} ${g.value}`} from={g.from}>
          {g.cells.filter((c) => c.name !== g.column).map((c) => (
            <Fact key={c.name} name={c.name} doc={c.doc} value={shown(c.values[0], c.unit)} />
          ))}
        </Card>
      ))}
      {who.parameters.length > 0 && (
        <Card title="The run that made it" from={who.item}>
          {who.parameters.map((f, i) => (
            <Fact key={i} name={f.name} value={shown(f.value, f.unit)} />
          ))}
        </Card>
      )}
      {facts.map((s) => (
        <Found key={s.finding + s.table} statement={s} who={who} />
      ))}
    </section>
  );
}

function Site({ site }: { site: NonNullable<Who["site"]> }) {
  const axes = site.axes.map((a, i) => (site.size[i] > 0 ? `${a} (${site.size[i]})` : a)).join(" × ");
  return (
    <>
      <Fact name="site" value={site.name} doc={site.doc} />
      {site.doc && <Fact name="which is" value={site.doc} />}
      <Fact name="index" value={`${site.index}`} />
      <Fact name="axes" value={axes} doc="what the activity at the site is made of" />
    </>
  );
}

function Found({ statement, who }: { statement: Statement; who: Who }) {
  const columns = statement.columns.filter((c) => c.name !== "unit" && !isEmpty(c) && !who.columns.some((w) => w.name === c.name && w.value === c.values[0]));
  const below = (c: Column) => statement.below?.[statement.columns.indexOf(c)];
  const plain = columns.filter((c) => !list(c.values[0]));
  const lists = columns.filter((c) => list(c.values[0]));
  return (
    <Card title={statement.table} note="grey: share of the other units that have less" from={statement.name} link={findingLink(statement.finding)} doc={`${statement.method}: ${statement.doc}`} wide={columns.length > 10}>
      {plain.map((c) => (
        <Fact key={c.name} name={c.name} doc={c.doc} value={value(c, who)} order={c.name} number={c.type === "number"} below={isPlace(c) ? null : below(c)} />
      ))}
      {lists.map((c) => (
        <Fact key={c.name} name={c.name} doc={c.doc} value={<Words words={list<string>(c.values[0])!} />} />
      ))}
    </Card>
  );
}

/** A text that names another unit is a link to it. */
function value(c: Column, who: Who): ComponentChildren {
  const v = c.values[0];
  const isUnit = typeof v === "string" && v !== who.unit && (/(partner|correlated|unit)/.test(c.name) || /\/\d+$/.test(v));
  return isUnit ? <a href={neuronLink(who.item, v)}>{v}</a> : shown(v, c.unit);
}

export function Words({ words }: { words: (string | number)[] }) {
  return (
    <span class="neuron-words">
      {words.map((w, i) => (
        <code key={i}>{visible(String(w))}</code>
      ))}
    </span>
  );
}

/** Nothing there; a place that is -1 is none. */
const isEmpty = (c: Column) => c.values[0] === null || c.values[0] === "" || (c.values[0] === -1 && (c.name === "index" || c.name === "layer"));

const isPlace = (c: Column) => c.name === "index" || c.name === "layer" || /community|component|track/.test(c.name);

function shown(v: Cell, unit?: string): string {
  if (typeof v === "number") return quantity(v, unit);
  if (typeof v === "boolean") return v ? "yes" : "no";
  return unit ? `${v} ${unit}` : String(v ?? "–");
}

interface CardProps {
  title: string;
  from: string;
  link?: string;
  doc?: string;
  /** A word on how to read it. */
  note?: string;
  wide?: boolean;
  children: ComponentChildren;
}

function Card({ title, from, link, doc, note, wide, children }: CardProps) {
  return (
    <div class={wide ? "neuron-card neuron-wide" : "neuron-card"}>
      <h3>
        <span title={doc}>{title}</span> <small>from {link ? <a href={link}>{from}</a> : from}{note && `; ${note}`}</small>
      </h3>
      <dl class="facts">{children}</dl>
    </div>
  );
}

interface FactProps {
  name: string;
  value: ComponentChildren;
  doc?: string;
  order?: string;
  number?: boolean;
  /** The share of the other units that have less. */
  below?: number | null;
}

/** The name of a number leads through the units in its order. */
function Fact({ name, value, doc, order, number, below }: FactProps) {
  return (
    <div>
      <dt title={doc}>
        {order && number ? (
          <a class="neuron-order" href={`${location.pathname}?order=-${encodeURIComponent(order)}`} title={`${doc ? doc + ". " : ""}Go through the units by ${name}`}>
            {name}
          </a>
        ) : (
          name
        )}
      </dt>
      <dd>
        {value}
        {below !== null && below !== undefined && (
          <small class="neuron-below" title={`${Math.round(100 * below)} % of the other units have less`}>
            <span class="visually-hidden">, more than </span>
            {Math.round(100 * below)} %
          </small>
        )}
      </dd>
    </div>
  );
}

/** Lists about the unit that have no shape of their own. */
export function Lists({ statements }: { statements: Statement[] }) {
  return (
    <>
      {statements.map((s) => (
        <section key={s.finding + s.table} aria-label={s.table}>
          <h2>
            {s.table} <small>{s.doc}; from <a href={findingLink(s.finding)}>{s.name}</a></small>
          </h2>
          <DataTable name={s.table} columns={s.columns.filter((c) => c.name !== "unit")} page={20} />
        </section>
      ))}
    </>
  );
}
