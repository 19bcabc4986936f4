import { KubernetesCluster } from "../../../cli/doctor/cluster";

/** What a test asks in a process of its own, since jest loads no ES modules. */
export interface Questions {
  readonly given?: { readonly configPath?: string; readonly configContext?: string };
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  readonly ask: readonly (readonly [
    method: "beginningOfLog" | "endpointSlices" | "pods" | "service",
    ...given: readonly unknown[],
  ])[];
}

/** What came of a question. */
export type Told = { readonly answer: unknown } | { readonly error: string; readonly message: string };

async function answers({ ask, env = {}, given = {}, timeoutMs }: Questions): Promise<Told[]> {
  delete process.env.KUBECONFIG;
  delete process.env.KUBE_CONFIG_PATH;
  Object.assign(process.env, env);
  const cluster = new KubernetesCluster(given, new AbortController().signal, timeoutMs);
  const told: Told[] = [];
  for (const [method, ...args] of ask) {
    try {
      const question = cluster[method].bind(cluster) as (...args: readonly unknown[]) => Promise<unknown>;
      told.push({ answer: await question(...args) });
    } catch (error) {
      const { message, name } = error as Error;
      told.push({ error: name, message });
    }
  }
  return told;
}

async function main(all: readonly Questions[]): Promise<void> {
  const told: Told[] = [];
  for (const questions of all) told.push(...(await answers(questions)));
  process.stdout.write(JSON.stringify(told));
}

void main(JSON.parse(process.argv[2] ?? "[]") as Questions[]);
