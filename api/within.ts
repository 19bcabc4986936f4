/**
 * Work under a signal that ends it after a while as well. The clock is held until then: Node 20 may forget that of
 * `AbortSignal.timeout` when only `AbortSignal.any` knows it, and the work would never end.
 */
export async function within<T>(
  signal: AbortSignal | undefined,
  milliseconds: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const timer = setTimeout(() => {
    late.abort(new DOMException("no answer in time", "TimeoutError"));
  }, milliseconds);
  try {
    return await work(signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]));
  } finally {
    clearTimeout(timer);
  }
}
