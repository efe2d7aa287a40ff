/** What the lab asks of the program that runs inside a Windows Node: one JSON object a line. */
export type GuestRequest =
  /** What containerd does with a Pod's network namespace. */
  | { readonly verb: 'create-namespace' | 'delete-namespace'; readonly id: string }
  | { readonly verb: 'run-plugin'; readonly file: string; readonly env: Environment; readonly input: string }
  | { readonly verb: 'has-pipe'; readonly pipe: string };

export type Environment = Readonly<Record<string, string>>;

/** How a plugin ended. */
export interface PluginResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What the program is told at its start. */
export interface GuestSetup {
  /** Port of loopback where the lab waits for it. */
  readonly controlPort: number;
  /** Names of pipes, each with the port of loopback where the lab serves what is behind it. */
  readonly pipes: Readonly<Record<string, number>>;
}

export interface GuestCall {
  readonly call: number;
  readonly request: GuestRequest;
}

/** The answers come as they are ready, each with the number of its call. */
export type GuestReply =
  | { readonly call: number; readonly value: unknown }
  | { readonly call: number; readonly error: string };
