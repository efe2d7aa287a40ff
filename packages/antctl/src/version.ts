/** Version of this program, and the release of Antrea whose behaviour it follows. */
export const version = 'v0.1.0 (Antrea v1.3)';
