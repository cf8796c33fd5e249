import type { Described, Question } from "./types";

/** What was typed as the network takes it, or why it cannot be. */
export function readInput(network: Described, typed: string): { question?: Question; problem?: string } {
  switch (network.takes) {
    case "text":
      return typed.trim() ? { question: { text: typed } } : { problem: "Type a few words." };
    case "images":
      return typed ? { question: { picture: typed } } : { problem: "Choose a PNG or JPEG." };
    case "ids": {
      const ids = typed.split(/[\s,]+/).filter(Boolean).map(Number);
      if (ids.length === 0 || ids.some((i) => !Number.isInteger(i))) {
        return { problem: `Type whole numbers from 0 to ${(network.vocab ?? 1) - 1}${network.exact ? `, ${network.exact} of them` : ""}, with spaces between.` };
      }
      return { question: { ids } };
    }
    default: {
      const rows = typed.split("\n").map((line) => line.split(/[\s,]+/).filter(Boolean).map(Number));
      const values = rows.filter((row) => row.length > 0);
      if (values.length === 0 || values.flat().some((x) => !Number.isFinite(x))) {
        return { problem: network.takes === "series" ? "Type a row of numbers for each position." : "Type numbers with spaces between." };
      }
      return { question: { values: network.takes === "series" ? values : [values.flat()] } };
    }
  }
}
