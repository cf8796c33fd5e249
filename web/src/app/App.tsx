import { Component, type ComponentChildren, type FunctionComponent } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Message } from "../ui/Message";
import { Library } from "./library";
import { navigate, useAddress } from "./router";
import { Theme } from "./Theme";
import { match, type View, type ViewProps, views } from "./views";

/** The frame of every page: navigation, the view, and whatever goes wrong in it. */
export function App() {
  const { path } = useAddress();
  const found = match(path);
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    document.title = found ? `${found.view.title} · nissl studio` : "nissl studio";
  }, [found?.view.title]);
  return (
    <Library>
      <a class="skip" href="#main" onClick={(e) => (e.preventDefault(), main.current?.focus())}>
        Skip to the view
      </a>
      <header class="top" onClick={follow}>
        <a class="brand" href="/" aria-label="nissl studio, all that is open">
          <img src="/icon.svg" alt="" width="22" height="22" />
          nissl
        </a>
        <nav aria-label="Studio">
          {menu().map((view) => (
            <a href={view.menu!.link} key={view.pattern} aria-current={found?.view.menu?.label === view.menu!.label || path.startsWith(view.menu!.link + "/") ? "page" : undefined}>
              {view.menu!.label}
            </a>
          ))}
        </nav>
        <Theme />
      </header>
      <main id="main" ref={main} tabIndex={-1} onClick={follow}>
        <Guarded key={path}>
          {found ? <Shown view={found.view} params={found.params} /> : <Message title="There is no such page">{path}</Message>}
        </Guarded>
      </main>
    </Library>
  );
}

function menu(): View[] {
  return views.filter((v) => v.menu).sort((a, b) => a.menu!.order - b.menu!.order);
}

/** Links within the studio change the view without loading the page again. */
function follow(event: MouseEvent) {
  const link = (event.target as Element).closest?.("a[href]") as HTMLAnchorElement | null;
  if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || link.target || link.hasAttribute("download")) return;
  const url = new URL(link.href);
  if (url.origin !== location.origin || url.pathname.startsWith("/api/")) return;
  event.preventDefault();
  navigate(url.pathname + url.search);
}

/** A view, loaded when it is first shown. */
function Shown({ view, params }: { view: View; params: Record<string, string> }) {
  const [loaded, set] = useState<{ view: View; Body: FunctionComponent<ViewProps> }>();
  const [problem, setProblem] = useState<Error>();
  useEffect(() => {
    let current = true;
    view.load().then(
      (m) => current && set({ view, Body: m.default }),
      (error: Error) => current && setProblem(error),
    );
    return () => {
      current = false;
    };
  }, [view]);
  if (problem) return <Message title="The view could not be loaded">{problem.message}</Message>;
  if (loaded?.view !== view) return null;
  return <loaded.Body params={params} />;
}

/** Shows what a view threw in place of a white page. */
class Guarded extends Component<{ children: ComponentChildren }, { problem?: Error }> {
  state: { problem?: Error } = {};
  componentDidCatch(problem: Error) {
    console.error(problem);
    this.setState({ problem });
  }
  render() {
    if (this.state.problem) return <Message title="The view failed">{this.state.problem.message}</Message>;
    return this.props.children;
  }
}
