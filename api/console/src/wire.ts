import type { Geometry } from "geojson";
// The JSON that the server sends, as far as the page reads it.

export interface Text {
  zh: string;
  en: string;
}

export interface City {
  code: string;
  name: string;
  name_en: string;
  edition: string;
  synthetic: boolean;
  notice: string;
  notice_en: string;
  extent: [number, number, number, number];
  centre: [number, number];
}

export type Kind = "component" | "event";

export interface Subclass {
  kind: Kind;
  class: string;
  class_name_zh: string;
  class_name_en: string;
  code: string;
  name_zh: string;
  name_en: string;
}

export interface FilingStandard {
  id: string;
  condition_zh: string;
  condition_en: string;
  limit: Limit;
  closing_zh: string;
}

export interface Limit {
  value: number;
  unit: string;
  season: string;
  note: string;
}

export interface Unit {
  code: string;
  name: string;
  name_en: string;
}

export interface Ref {
  code: string;
  name: string;
}

export interface Ground {
  by: "recorded" | "rule" | "territory";
  role: string;
  area?: Ref;
  level?: string;
  kind?: string;
  subject?: string;
}

export interface Candidate {
  unit: Ref;
  rule: Ground;
  because: Text;
}

export interface Responsible extends Candidate {
  competent: Ref | null;
  passed_over: Candidate[];
}

export interface Placement {
  point: [number, number];
  grid: Ref & { inspector: Ref | null };
  community: Ref & { officer: Ref | null };
  street: Ref;
  district: Ref;
  managed_areas: Ref[];
  border: boolean;
  neighbours: (Ref & { metres: number })[];
  responsible: Responsible | null;
  revision: number;
  stale_seconds: number;
}

/** What stands around a point, and where the point is; outside says why placement is null. */
export interface Here {
  placement: Placement | null;
  outside: { detail: string; nearest_cell: string | null; distance_m: number | null } | null;
  components: { features: { properties: NearbyComponent }[] };
}

export interface NearbyComponent {
  code: string;
  name: string;
  class: string;
  subclass: string;
  distance_m: number;
}

/** A photo as a component has it. */
export interface Photo {
  digest: string;
  name: string;
}

/** A failure as RFC 9457 writes it. */
export interface Problem {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  code?: string;
}

export type ImportState = "queued" | "received" | "checked" | "staged" | "needs_answers" | "promoted" | "rejected" | "failed" | "undone";

/** A survey file on its way. */
export interface Import {
  id: string;
  state: ImportState;
  active: boolean;
  /** Of a refused file a code, of an undone one what somebody wrote. */
  reason?: string;
  failure?: { code: string; message: Text };
  name: string;
  bytes?: number;
  actor: string;
  received_at?: string;
  started_at?: string;
  rows: { read: number; estimate?: number; good: number; bad: number };
  changes?: { created: number; updated: number; unchanged: number };
  same_as?: string;
  recognised: Text[];
  positions?: TriedReading[];
  issues: { errors: number; warnings: number; fixed: number; by_code?: { code: string; severity: Severity; count: number }[]; fixes?: Fix[] };
}

/** What speaks for one way to read the positions of a file. Without offset nothing is known that they could be held against. */
export interface TriedReading {
  reading: string;
  taken: boolean;
  rows: number;
  inside: number;
  known: number;
  offset?: { east: number; north: number; spread: number };
}

/** How many cells of a column were put right in one way, with the first. */
export interface Fix {
  sheet?: string;
  column: string;
  code: string;
  cells: number;
  value: string;
  instead: string;
  message: Text;
}

/** What a file leaves open for its crew to say. */
export interface Question {
  key: string;
  text: Text;
  evidence: Text[];
  options: { value: string; text: Text }[];
  proposal?: string;
  /** How many rows it concerns; 0: the whole file. */
  rows: number;
  /** What answers beside the options: any day, as 2012-12-31. */
  form?: "date";
}

export type Severity = "error" | "warning" | "fixed";

export interface Issue {
  sheet?: string;
  row: number;
  column: string;
  code: string;
  severity: Severity;
  value: string;
  instead?: string;
  message: Text;
}

export type ChangeKind = "created" | "updated" | "moved" | "format_only" | "unchanged";

/** What is counted of a preview: changes, and what the declared scope lacks. */
export type Counted = ChangeKind | "renumbered" | "missing";

/** What the commit of a preview would change. */
export interface Difference {
  totals: Partial<Record<Counted, number>>;
  columns: { column: string; rows: number; only: number; only_format: number }[];
  /** New rows that stand where missing components stand, and what no row names of the declared scope: the first of them. */
  renumbered: { sheet?: string; row: number; new: string; old: string; distance_m: number }[];
  missing: { code: string; grid: string }[];
}

/** One changed row, as the preview has it on the map. */
export interface Change {
  code: string;
  sheet?: string;
  row: number;
  kind: ChangeKind;
  columns: { column: string; old: string; new: string; format: boolean; cleared: boolean }[];
  distance_m?: number;
  moved_from?: Geometry;
}

/** What an undo did, and what it left to be decided. */
export interface Undone {
  restored: number;
  withdrawn: number;
  left_count: number;
  left: { code: string; actor: string; at: string; reason: string }[];
}
