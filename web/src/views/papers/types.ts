// A row of the catalogue of papers (package method, type Work).
export interface Work {
  row: number;
  title: string;
  weight: number;
  family: string;
  kind: string;
  system: string;
  verb: string;
  does: string;
  needs: string;
  works_when: string;
  here: string;
  reach: number;
  state: "works" | "not yet" | "cannot run here";
  reason?: string;
  methods?: string[] | null;
  passed: number;
  measured: number;
}
