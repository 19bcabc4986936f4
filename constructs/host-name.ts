/** A name that Kubernetes takes as a host: no address, no port, in lower case. */
export const HOST_NAME =
  /^(?=.{1,253}$)(?!.*\.\d+$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
