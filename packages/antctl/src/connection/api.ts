/** Who can be asked. Which of them there are depends on where antctl runs. */
export type ApiName = 'agent' | 'controller' | 'cluster';

export interface ApiRequest {
  readonly from: ApiName;
  /** With `agent`: of which Node; absent: of the one that `--node` names. */
  readonly node?: string;
  /** `/podinterfaces`, or the path of an object. */
  readonly path: string;
  /** Those that are undefined are left out. */
  readonly parameters?: Readonly<Record<string, string | undefined>>;
}

/** The way to the components. */
export interface Api {
  /** The answer, which was JSON. Throws `AntctlError`. */
  get(request: ApiRequest): Promise<unknown>;
}
