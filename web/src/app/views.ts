// The views of the studio: every folder of src/views has a route.ts that exports one, and nothing else needs to know it.
import type { FunctionComponent } from "preact";

export type Kind = "recording" | "finding" | "network";

/** Something that was opened. */
export interface Item {
  id: string;
  name: string;
  path: string;
  kinds: Kind[];
}

export interface ViewProps {
  /** What the parts of the pattern that begin with ":" or "*" stand for. */
  params: Record<string, string>;
}

export interface View {
  /** Such as /neuron/:item/*unit: ":" is one part of the path, "*" all that follow. */
  pattern: string;
  title: string;
  load: () => Promise<{ default: FunctionComponent<ViewProps> }>;
  /** Place in the navigation at the top; none without it. */
  menu?: { label: string; order: number; link: string };
  /** Place among the tabs of an item of some kinds. */
  tab?: { label: string; order: number; kinds: Kind[]; link: (id: string) => string };
}

const modules = import.meta.glob<{ default: View | View[] }>("../views/*/route.ts", { eager: true });

export const views: View[] = Object.values(modules).flatMap((m) => m.default);

/** The view of a path with what its pattern stands for. */
export function match(path: string): { view: View; params: Record<string, string> } | undefined {
  for (const view of views) {
    const params = fits(view.pattern, path);
    if (params) return { view, params };
  }
  return undefined;
}

function fits(pattern: string, path: string): Record<string, string> | undefined {
  const want = pattern.split("/").filter(Boolean);
  const have = path.split("/").filter(Boolean);
  const params: Record<string, string> = {};
  for (let i = 0; i < want.length; i++) {
    if (want[i].startsWith("*")) {
      if (have.length <= i) return undefined;
      params[want[i].slice(1)] = have.slice(i).map(decode).join("/");
      return params;
    }
    if (i >= have.length) return undefined;
    if (want[i].startsWith(":")) params[want[i].slice(1)] = decode(have[i]);
    else if (want[i] !== have[i]) return undefined;
  }
  return have.length === want.length ? params : undefined;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
