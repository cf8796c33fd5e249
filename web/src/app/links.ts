// Addresses of the pages. They are stable: what they name has the same address tomorrow.

const part = encodeURIComponent;

/** A unit's name as it stands in an address: readable, slashes kept. */
function unitPath(unit: string): string {
  return unit.split("/").map(part).join("/");
}

export const libraryLink = () => "/";
export const recordingLink = (id: string) => `/recording/${part(id)}`;
export const findingLink = (id: string) => `/finding/${part(id)}`;
export const connectomeLink = (id: string) => `/connectome/${part(id)}`;
export const networkLink = (id: string) => `/network/${part(id)}`;
export const liveLink = (id: string) => `/live/${part(id)}`;
/** The page of one neuron: AVAL of a worm, E/12 of a simulation, blocks.3.mlp.post/17 of a transformer. */
export const neuronLink = (id: string, unit: string) => `/neuron/${part(id)}/${unitPath(unit)}`;
export const neuronsLink = (id: string) => `/neuron/${part(id)}`;
export const compareLink = (a?: string, b?: string) => "/compare" + (a ? `?a=${part(a)}` + (b ? `&b=${part(b)}` : "") : "");
export const papersLink = (row?: number) => (row === undefined ? "/papers" : `/papers/${row}`);
export const runLink = (method?: string, input?: string) => "/run" + (method ? `/${part(method)}` : "") + (input ? `?input=${part(input)}` : "");
export const runsLink = (run?: string) => "/runs" + (run ? `/${part(run)}` : "");
