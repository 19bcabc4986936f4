import type { Refusal } from "./refusal";
import { mapTexts } from "./template";

/** An object of Kubernetes that a release brings along. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/**
 * A copy of plain data in which Helm sees no template: every text comes out as it went in. Helm runs the chart's
 * `additionalObjects` as templates, and those of alerts or other controllers are written with the same braces.
 */
export function escapeBraces<T>(value: T): T {
  // The raw text in back quotes holds no white space, so that a folded YAML text does not break it.
  return mapTexts(value, (text) => text.replaceAll("{{", "{{`{{`}}"));
}

/** Which objects Helm could not apply, or would apply one over the other. */
export function checkObjects(objects: readonly unknown[], field: string): Refusal[] {
  const names = objects.map(identity);
  return objects.flatMap((object, index) => {
    const place = `${field}[${index}]`;
    const name = names[index];
    if (name === undefined) {
      const missing = missingParts(object).join(" and no ");
      const text = `must say apiVersion, kind and metadata.name, got no ${missing}; Helm cannot apply it without`;
      return [{ code: "AK048", field: place, text }];
    }
    if (names.indexOf(name, index + 1) === -1) return [];
    const text = `must be an object of its own, got ${name} twice in the release; give it another name`;
    return [{ code: "AK048", field: place, text }];
  });
}

const PARTS = ["apiVersion", "kind", "metadata.name"];

function missingParts(object: unknown): string[] {
  return PARTS.filter((part) => {
    const value = part.split(".").reduce<unknown>((inner, key) => (isObject(inner) ? inner[key] : undefined), object);
    return typeof value !== "string" || value === "";
  });
}

function identity(object: unknown): string | undefined {
  if (missingParts(object).length > 0) return undefined;
  const { kind, metadata } = object as KubernetesObject;
  return `${kind} ${metadata.namespace === undefined ? "" : `${metadata.namespace}/`}${metadata.name}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
