/** The muted ground, and the strong colours that stand on it. */
export const palette = {
  land: "#f3f1ea",
  water: "#abcfe6",
  waterEdge: "#8fb9d6",
  park: "#cfe5bb",
  casing: "#ddd7c8",
  road: "#ffffff",
  mainRoad: "#fdeecb",
  mainCasing: "#e3cd97",
  veil: "#e9e6dd",
  managed: "#0f6b74",
  district: "#7b5a8e",
  street: "#8a7396",
  community: "#a394ab",
  grid: "#8f98a3",
  text: "#3d4550",
  halo: "#ffffff",
  pick: "#101820",
} as const;

// Chosen to stay apart for people who see red and green alike; classes beyond the five of the 2007 list share the last.
const classColours: Record<string, string> = {
  "01": "#2b66c4",
  "02": "#e0701a",
  "03": "#a03fa8",
  "04": "#2f8f4e",
  "05": "#cc2b45",
  "06": "#7a5a36",
};
const otherColour = "#5b6470";

/** The colour of a class (大类) of components. */
export function classColour(code: string): string {
  return classColours[code] ?? otherColour;
}

/** The same as a list of pairs for a match expression, with its default last. */
export function classColourPairs(): string[] {
  return [...Object.entries(classColours).flat(), otherColour];
}

/** The colours of what a survey file would change. */
export const kindColours = {
  created: "#17803a",
  updated: "#2b66c4",
  moved: "#e0701a",
  format_only: "#8f98a3",
  missing: "#a3202f",
} as const;
