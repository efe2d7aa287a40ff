/** What `kubectl version` shows: a Kubernetes of the time of Antrea 1.3, and that it is not a real one. */
export const serverVersion = {
  major: '1',
  minor: '22',
  gitVersion: 'v1.22.0-antrea-lab',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: '',
  platform: 'linux/amd64',
} as const;
