import { CoreApi } from "@goauthentik/api/dist/apis/CoreApi";
import { CryptoApi } from "@goauthentik/api/dist/apis/CryptoApi";
import { FlowsApi } from "@goauthentik/api/dist/apis/FlowsApi";
import { OutpostsApi } from "@goauthentik/api/dist/apis/OutpostsApi";
import { PoliciesApi } from "@goauthentik/api/dist/apis/PoliciesApi";
import { ProvidersApi } from "@goauthentik/api/dist/apis/ProvidersApi";
import { StagesApi } from "@goauthentik/api/dist/apis/StagesApi";
import type { BaseAPI, Configuration } from "@goauthentik/api/dist/runtime";
import type { Authentik } from "../../api/authentik";
import { pages } from "../../api/pages";
import type { Page, PageOf } from "../../api/pages";
import { once } from "./check";

/** What the API says: each list is read to its end, and once however many checks read it. */
export class Live {
  readonly bindings = this.list(FlowsApi, (api, page) => api.flowsBindingsList(page));
  readonly brands = this.list(CoreApi, (api, page) => api.coreBrandsList(page));
  readonly certificates = this.list(CryptoApi, (api, page) => api.cryptoCertificatekeypairsList(page));
  readonly expiringTokens = this.list(CoreApi, (api, page) => api.coreTokensList({ ...page, expiring: true }));
  readonly expressionPolicies = this.list(PoliciesApi, (api, page) => api.policiesExpressionList(page));
  readonly flows = this.list(FlowsApi, (api, page) => api.flowsInstancesList(page));
  readonly identificationStages = this.list(StagesApi, (api, page) => api.stagesIdentificationList(page));
  readonly ldapProviders = this.list(ProvidersApi, (api, page) => api.providersLdapList(page));
  readonly oauth2Providers = this.list(ProvidersApi, (api, page) => api.providersOauth2List(page));
  readonly outposts = this.list(OutpostsApi, (api, page) => api.outpostsInstancesList(page));
  readonly policyBindings = this.list(PoliciesApi, (api, page) => api.policiesBindingsList(page));
  readonly policies = this.list(PoliciesApi, (api, page) => api.policiesAllList(page));
  readonly proxyProviders = this.list(ProvidersApi, (api, page) => api.providersProxyList(page));
  readonly stages = this.list(StagesApi, (api, page) => api.stagesAllList(page));

  /** The door to the API, open once authentik answers and takes the token. */
  constructor(readonly open: () => Promise<Authentik>) {}

  /** A list that is read when it is first asked for. */
  list<A extends BaseAPI, T>(
    Api: new (configuration: Configuration) => A,
    read: (api: A, page: Page) => Promise<PageOf<T>>,
  ): () => Promise<readonly T[]> {
    return once(async () => {
      const api = (await this.open()).use(Api);
      const all: T[] = [];
      for await (const one of pages((page) => read(api, page))) all.push(one);
      return all;
    });
  }
}
