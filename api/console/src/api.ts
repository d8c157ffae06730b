import type { Feature, Geometry } from "geojson";
import type { Language } from "./i18n.ts";
import type { Problem } from "./wire.ts";

export type Query = Record<string, string | number | undefined>;

export interface Page<P> {
  features: Feature<Geometry, P>[];
  /** How many there are in all, where the server counted them. */
  matched: number | undefined;
}

interface Collection<P> {
  features?: Feature<Geometry, P>[];
  numberMatched?: number;
  links?: { rel: string; href: string }[];
}

const mostAttempts = 3; // of a request that a busy server asks to send again

/** An answer that is not the one asked for, with what the server said of it. */
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail ?? problem.title ?? `HTTP ${problem.status ?? 0}`);
  }
}

/** What is sent besides a path and a query. */
export interface Sent {
  method?: "POST" | "DELETE";
  body?: Blob | string;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** Asks the server that the page came from, in the language that the page speaks, with the key that is held, if one is. */
export class Api {
  constructor(
    private readonly root: URL,
    private readonly language: () => Language,
    private readonly key: () => string = () => "",
  ) {}

  /** Gets one JSON document; rejects with a ProblemError, or with a TypeError when the server cannot be reached. */
  async get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
    return (await (await this.fetch(path, query, signal ? { signal } : {})).json()) as T;
  }

  /** Sends something and gets a JSON document; rejects as get does. */
  async send<T>(path: string, query: Query, sent: Sent): Promise<T> {
    return (await (await this.fetch(path, query, sent)).json()) as T;
  }

  /** Gets a file; rejects as get does. */
  async file(path: string, query: Query = {}): Promise<Blob> {
    return (await this.fetch(path, query, { headers: { Accept: "*/*" } })).blob();
  }

  private async fetch(path: string, query: Query, { headers, ...sent }: Sent): Promise<Response> {
    const all: Record<string, string> = {
      Accept: "application/json, application/geo+json, application/problem+json",
      "Accept-Language": this.language(),
      ...headers,
    };
    if (this.key()) all["Authorization"] = `Bearer ${this.key()}`;
    for (let attempt = 1; ; attempt++) {
      const response = await fetch(this.url(path, query), { ...sent, headers: all });
      if (response.ok) return response;
      const wait = Number(response.headers.get("Retry-After"));
      if (response.status !== 503 || !wait || attempt === mostAttempts) throw new ProblemError(await problemOf(response));
      await new Promise((resolve) => setTimeout(resolve, wait * 1000));
    }
  }

  /** Gets a GeoJSON collection page by page, following its next links. */
  async *pages<P>(path: string, limit = 10_000): AsyncGenerator<Page<P>> {
    let query: Query | null = { limit };
    while (query) {
      const page: Collection<P> = await this.get<Collection<P>>(path, query);
      yield { features: page.features ?? [], matched: page.numberMatched };
      query = nextQuery(page.links, this.root);
    }
  }

  /** Gets a whole GeoJSON collection. */
  async all<P>(path: string): Promise<Feature<Geometry, P>[]> {
    const features: Feature<Geometry, P>[] = [];
    for await (const page of this.pages<P>(path)) features.push(...page.features);
    return features;
  }

  private url(path: string, query: Query): URL {
    const url = new URL(path, this.root);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    return url;
  }
}

/**
 * Reads the query of the next page. Only the query: a link's host is the server's configured one, and the page asks nobody but
 * the origin it came from.
 */
export function nextQuery(links: { rel: string; href: string }[] | undefined, root: URL): Query | null {
  const next = links?.find((link) => link.rel === "next");
  return next ? Object.fromEntries(new URL(next.href, root).searchParams) : null;
}

async function problemOf(response: Response): Promise<Problem> {
  try {
    return { status: response.status, title: response.statusText, ...((await response.json()) as Problem) };
  } catch {
    return { status: response.status, title: response.statusText }; // a proxy's own page, not ours
  }
}
