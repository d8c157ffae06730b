import { say, type Language } from "./i18n.ts";
import type { Limit } from "./wire.ts";

const units = ["urgent_hour", "urgent_day", "working_hour", "working_day", "calendar_day"] as const;

/** Writes a time limit in a language; a unit that the page does not know is written as it came. */
export function limitText(language: Language, limit: Limit): string {
  const unit = units.find((known) => known === limit.unit);
  const time = unit ? say(language, unit, { n: limit.value }) : `${limit.value} ${limit.unit}`;
  const season = limit.season ? say(language, "plantingSeason") : "";
  const note = limit.note ? say(language, "toStop") : "";
  return language === "zh" ? season + time + note : [time, note, season].filter(Boolean).join(" ");
}
