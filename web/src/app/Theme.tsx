import { useEffect, useState } from "preact/hooks";

type Choice = "auto" | "light" | "dark";
const next: Record<Choice, Choice> = { auto: "light", light: "dark", dark: "auto" };
const key = "nissl-theme";

/** Light, dark, or as the system says. */
export function Theme() {
  const [choice, set] = useState<Choice>(() => (localStorage.getItem(key) as Choice | null) ?? "auto");
  useEffect(() => {
    if (choice === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = choice;
    localStorage.setItem(key, choice);
    window.dispatchEvent(new Event("studio:theme"));
  }, [choice]);
  return (
    <button class="quiet" onClick={() => set(next[choice])} aria-label={`Colours: ${choice}; change to ${next[choice]}`}>
      {choice === "auto" ? "◐" : choice === "light" ? "○" : "●"}
    </button>
  );
}

/** Whether the page is dark now; the component is drawn again when that changes. */
export function useDark(): boolean {
  const read = () => {
    const chosen = document.documentElement.dataset.theme;
    return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  };
  const [dark, set] = useState(read);
  useEffect(() => {
    const update = () => set(read());
    const media = matchMedia("(prefers-color-scheme: dark)");
    media.addEventListener("change", update);
    window.addEventListener("studio:theme", update);
    return () => {
      media.removeEventListener("change", update);
      window.removeEventListener("studio:theme", update);
    };
  }, []);
  return dark;
}
