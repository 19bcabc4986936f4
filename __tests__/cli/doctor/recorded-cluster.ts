import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Cluster, EndpointSlice, Labels, Pod, Service } from "../../../cli/doctor/cluster";

/** An object as `kubectl get -o json` shows it; tests change what they need. */
export interface KubernetesObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    labels: Record<string, string>;
    deletionTimestamp?: string;
  };
  readonly [field: string]: unknown;
}

/** What a cluster held, and how its pods' logs began. */
export interface Recording {
  objects: KubernetesObject[];
  logs: Record<string, string>;
}

/** A recording, ready to be changed. */
export function recording(name: "embedded-deployment" | "in-server" | "managed"): Recording {
  return JSON.parse(readFileSync(join(__dirname, "recorded", `${name}.json`), "utf8")) as Recording;
}

/** Changes a field of an object, such as `spec.selector` or `endpoints.1.conditions.ready`. */
export function change(object: KubernetesObject, path: string, value: unknown): void {
  const names = path.split(".");
  const last = names.pop() ?? "";
  const holder = names.reduce<unknown>((inner, name) => (inner as Record<string, unknown>)[name], object);
  (holder as Record<string, unknown>)[last] = value;
}

/** A cluster that answers as it was recorded. */
export class RecordedCluster implements Cluster {
  /** Thrown instead of every answer. */
  trouble: Error | undefined;

  constructor(private readonly recorded: Recording) {}

  async service(namespace: string, name: string): Promise<Service | undefined> {
    const services = await this.found<Service>("Service", namespace, {});
    return services.find(({ metadata }) => metadata.name === name);
  }

  endpointSlices(namespace: string, service: string): Promise<readonly EndpointSlice[]> {
    return this.found<EndpointSlice>("EndpointSlice", namespace, { "kubernetes.io/service-name": service });
  }

  pods(namespace: string, labels: Labels): Promise<readonly Pod[]> {
    return this.found<Pod>("Pod", namespace, labels);
  }

  beginningOfLog(_namespace: string, pod: string): Promise<string> {
    return this.trouble === undefined ? Promise.resolve(this.recorded.logs[pod] ?? "") : Promise.reject(this.trouble);
  }

  private found<T>(kind: string, namespace: string, labels: Labels): Promise<readonly T[]> {
    if (this.trouble !== undefined) return Promise.reject(this.trouble);
    const has = ({ metadata }: KubernetesObject): boolean =>
      metadata.namespace === namespace &&
      Object.entries(labels).every(([key, value]) => metadata.labels[key] === value);
    const objects = this.recorded.objects.filter((object) => object.kind === kind && has(object));
    return Promise.resolve(objects as unknown as readonly T[]);
  }
}
