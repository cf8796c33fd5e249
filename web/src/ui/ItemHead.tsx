import type { ComponentChildren } from "preact";
import { useItem } from "../app/library";
import { useAddress } from "../app/router";
import { views } from "../app/views";
import { Message } from "./Message";

/** The head of a page about an item: its name and the views of it. Shows a message when there is no such item. */
export function ItemPage({ id, children, aside }: { id: string; children: ComponentChildren; aside?: ComponentChildren }) {
  const item = useItem(id);
  const { path } = useAddress();
  if (!item) return <Message title={`${id} is not open`}>Start nissl studio with its path, or look at what is open.</Message>;
  const tabs = views
    .filter((v) => v.tab?.kinds.some((k) => item.kinds.includes(k)))
    .sort((a, b) => a.tab!.order - b.tab!.order)
    .map((v) => ({ label: v.tab!.label, link: v.tab!.link(id) }));
  return (
    <>
      <div class="item-head">
        <h1 title={item.path}>{item.name}</h1>
        <nav class="tabs" aria-label={`Views of ${item.name}`}>
          {tabs.map((t) => (
            <a key={t.link} href={t.link} aria-current={path === t.link || path.startsWith(t.link + "/") ? "page" : undefined}>
              {t.label}
            </a>
          ))}
        </nav>
        {aside && <div class="aside">{aside}</div>}
      </div>
      {children}
    </>
  );
}
