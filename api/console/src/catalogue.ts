import type { Api } from "./api.ts";
import type { FilingStandard, Kind, Subclass, Unit } from "./wire.ts";

/** The names of units, classes and subclasses that the city uses, and the filing standards of each subclass. */
export class Catalogue {
  private readonly standardsOf = new Map<string, Promise<FilingStandard[]>>();

  constructor(
    private readonly api: Api,
    readonly events: Subclass[],
    private readonly components: Subclass[],
    private readonly units: Unit[],
  ) {}

  /** Loads the names; the standards come when they are asked for. */
  static async load(api: Api): Promise<Catalogue> {
    const [events, components, units] = await Promise.all([
      api.get<{ subclasses: Subclass[] }>("catalog/event-subclasses"),
      api.get<{ subclasses: Subclass[] }>("catalog/component-subclasses"),
      api.get<{ units: Unit[] }>("units"),
    ]);
    return new Catalogue(api, events.subclasses, components.subclasses, units.units);
  }

  unit(code: string): Unit | undefined {
    return this.units.find((known) => known.code === code);
  }

  /** The names of a class (大类), as its subclasses carry them. */
  class(kind: Kind, code: string): { zh: string; en: string } | undefined {
    const member = this.of(kind).find((known) => known.class === code);
    return member && { zh: member.class_name_zh, en: member.class_name_en };
  }

  subclass(kind: Kind, code: string): Subclass | undefined {
    return this.of(kind).find((known) => known.code === code);
  }

  /** The filing standards (立案标准) of a subclass; asked for once. */
  standards(kind: Kind, subclass: string): Promise<FilingStandard[]> {
    const key = `${kind}/${subclass}`;
    let asked = this.standardsOf.get(key);
    if (!asked) {
      asked = this.api
        .get<{ filing_standards: FilingStandard[] }>("catalog/filing-standards", { kind, subclass })
        .then((answer) => answer.filing_standards);
      asked.catch(() => this.standardsOf.delete(key)); // a failure is asked again
      this.standardsOf.set(key, asked);
    }
    return asked;
  }

  private of(kind: Kind): Subclass[] {
    return kind === "event" ? this.events : this.components;
  }
}
