// Storage may be forbidden; then what is remembered lasts as long as the page.

export function recall(storage: Storage, name: string): string | null {
  try {
    return storage.getItem(name);
  } catch {
    return null;
  }
}

export function remember(storage: Storage, name: string, value: string): void {
  try {
    storage.setItem(name, value);
  } catch {
    // nothing to do: see above
  }
}
