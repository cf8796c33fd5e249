import type { ComponentChildren } from "preact";
import type { Loaded } from "../app/api";

/** A sentence in place of a view: nothing there, or something went wrong. */
export function Message({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="message" role="alert">
      <h2>{title}</h2>
      {children && <p>{children}</p>}
    </div>
  );
}

/** Shows what was loaded, or that it is being loaded, or why it could not be. */
export function Await<T>({ of, what, children }: { of: Loaded<T>; what: string; children: (data: T) => ComponentChildren }) {
  if (of.problem) return <Message title={`${what} cannot be shown`}>{of.problem.message}</Message>;
  if (of.data === undefined) {
    return (
      <p class="loading" role="status">
        Loading {what.toLowerCase()} …
      </p>
    );
  }
  return <>{children(of.data)}</>;
}
