import type { Api } from "./api.ts";
import type { Here, Kind, NearbyComponent, Photo, Placement } from "./wire.ts";

/** How far around a click the page lists components, in metres. */
export const radius = 30;

/** What a click asks: where, and about which component or class of event. */
export interface Question {
  lon: number;
  lat: number;
  component?: string | undefined;
  event?: string | undefined;
}

export interface Answer {
  /** Where the point is and who answers; null outside every cell. */
  placement: Placement | null;
  outside: Here["outside"];
  nearby: NearbyComponent[];
  /** Of the component that was asked about. */
  photos: Photo[];
}

/** Asks the server; a chosen event goes before the component that the click happened to fall on. */
export async function ask(api: Api, question: Question, signal: AbortSignal): Promise<Answer> {
  const at = { lon: question.lon, lat: question.lat };
  const [{ placement, outside, components }, photos] = await Promise.all([
    api.get<Here>("whats-here", { ...at, radius }, signal),
    photosOf(api, question, signal),
  ]);
  const subject = subjectOf(question);
  const answered = placement && subject ? await api.get<Placement>("locate", { ...at, ...subject }, signal) : placement;
  return { placement: answered, outside, nearby: components.features.map(({ properties }) => properties), photos };
}

/** The photos of a component; none where they cannot be had, since who answers does not hang on them. */
async function photosOf(api: Api, question: Question, signal: AbortSignal): Promise<Photo[]> {
  if (question.event || !question.component) return [];
  const { photos } = await api.get<{ photos: Photo[] }>(`components/${question.component}/photos`, {}, signal).catch(() => ({ photos: [] }));
  return photos;
}

function subjectOf(question: Question): Record<string, string> | null {
  if (question.event) return { kind: "event" satisfies Kind, subclass: question.event };
  return question.component ? { component: question.component } : null;
}

/** Writes a question into the part of the address after the #, beside the map's view; null takes it out. */
export function intoHash(hash: string, question: Question | null): string {
  const parameters = new URLSearchParams(hash.replace(/^#/, ""));
  for (const name of ["at", "component", "event"]) parameters.delete(name);
  if (question) {
    parameters.set("at", `${question.lon.toFixed(6)},${question.lat.toFixed(6)}`);
    if (question.component) parameters.set("component", question.component);
    if (question.event) parameters.set("event", question.event);
  }
  // The map's own part is written with slashes and the point with a comma, as people read them.
  const text = parameters.toString().replaceAll("%2F", "/").replaceAll("%2C", ",");
  return text ? `#${text}` : "";
}

/** Reads a question back; null when the address asks none or its point is no point on the earth. */
export function fromHash(hash: string): Question | null {
  const parameters = new URLSearchParams(hash.replace(/^#/, ""));
  const [lon, lat, more] = (parameters.get("at") ?? "").split(",").map((part) => (part.trim() === "" ? NaN : Number(part)));
  if (lon === undefined || lat === undefined || more !== undefined) return null;
  if (!(Math.abs(lon) <= 180 && Math.abs(lat) <= 90)) return null;
  const digits = (name: string) => {
    const value = parameters.get(name);
    return value && /^\d+$/.test(value) ? value : undefined;
  };
  const [component, event] = [digits("component"), digits("event")];
  return { lon, lat, ...(component ? { component } : {}), ...(event ? { event } : {}) };
}
