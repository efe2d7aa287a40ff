/** Kinds of the other API groups. The notation is that of `message-table.ts`. */
export const groupMessages = `
Deployment: metadata=1 ObjectMeta, spec=2 DeploymentSpec, status=3 DeploymentStatus
DeploymentSpec: replicas=1 *int, selector=2 LabelSelector, template=3 PodTemplateSpec, strategy=4 DeploymentStrategy,
  minReadySeconds=5 int, revisionHistoryLimit=6 *int, paused=7 bool, progressDeadlineSeconds=9 *int
DeploymentStrategy: type=1, rollingUpdate=2 RollingUpdateDeployment
RollingUpdateDeployment: maxUnavailable=1 intorstring, maxSurge=2 intorstring
DeploymentStatus: observedGeneration=1 int, replicas=2 int, updatedReplicas=3 int, availableReplicas=4 int,
  unavailableReplicas=5 int, conditions=6 []DeploymentCondition, readyReplicas=7 int, collisionCount=8 *int
DeploymentCondition: type=1, status=2, reason=4, message=5, lastUpdateTime=6 time, lastTransitionTime=7 time
ReplicaSet: metadata=1 ObjectMeta, spec=2 ReplicaSetSpec, status=3 ReplicaSetStatus
ReplicaSetSpec: replicas=1 *int, selector=2 LabelSelector, template=3 PodTemplateSpec, minReadySeconds=4 int
ReplicaSetStatus: replicas=1 int, fullyLabeledReplicas=2 int, observedGeneration=3 int, readyReplicas=4 int,
  availableReplicas=5 int, conditions=6 []ReplicaSetCondition
ReplicaSetCondition: type=1, status=2, lastTransitionTime=3 time, reason=4, message=5
DaemonSet: metadata=1 ObjectMeta, spec=2 DaemonSetSpec, status=3 DaemonSetStatus
DaemonSetSpec: selector=1 LabelSelector, template=2 PodTemplateSpec, updateStrategy=3 DaemonSetUpdateStrategy,
  minReadySeconds=4 int, revisionHistoryLimit=6 *int
DaemonSetUpdateStrategy: type=1, rollingUpdate=2 RollingUpdateDaemonSet
RollingUpdateDaemonSet: maxUnavailable=1 intorstring, maxSurge=2 intorstring
DaemonSetStatus: currentNumberScheduled=1 int, numberMisscheduled=2 int, desiredNumberScheduled=3 int,
  numberReady=4 int, observedGeneration=5 int, updatedNumberScheduled=6 int, numberAvailable=7 int,
  numberUnavailable=8 int, collisionCount=9 *int, conditions=10 []DaemonSetCondition
DaemonSetCondition: type=1, status=2, lastTransitionTime=3 time, reason=4, message=5
StatefulSet: metadata=1 ObjectMeta, spec=2 StatefulSetSpec, status=3 StatefulSetStatus
StatefulSetSpec: replicas=1 *int, selector=2 LabelSelector, template=3 PodTemplateSpec,
  volumeClaimTemplates=4 []PersistentVolumeClaim, serviceName=5, podManagementPolicy=6,
  updateStrategy=7 StatefulSetUpdateStrategy, revisionHistoryLimit=8 *int, minReadySeconds=9 int,
  persistentVolumeClaimRetentionPolicy=10 StatefulSetPersistentVolumeClaimRetentionPolicy,
  ordinals=11 StatefulSetOrdinals
StatefulSetUpdateStrategy: type=1, rollingUpdate=2 RollingUpdateStatefulSetStrategy
RollingUpdateStatefulSetStrategy: partition=1 *int, maxUnavailable=2 intorstring
StatefulSetPersistentVolumeClaimRetentionPolicy: whenDeleted=1, whenScaled=2
StatefulSetOrdinals: start=1 int
StatefulSetStatus: observedGeneration=1 int, replicas=2 int, readyReplicas=3 int, currentReplicas=4 int,
  updatedReplicas=5 int, currentRevision=6, updateRevision=7, collisionCount=9 *int,
  conditions=10 []StatefulSetCondition, availableReplicas=11 int
StatefulSetCondition: type=1, status=2, lastTransitionTime=3 time, reason=4, message=5
EndpointSlice: metadata=1 ObjectMeta, endpoints=2 []Endpoint, ports=3 []EndpointSlicePort, addressType=4
Endpoint: addresses=1 []string, conditions=2 EndpointConditions, hostname=3 *string, targetRef=4 ObjectReference,
  deprecatedTopology=5 {}string, nodeName=6 *string, zone=7 *string, hints=8 EndpointHints
EndpointConditions: ready=1 *bool, serving=2 *bool, terminating=3 *bool
EndpointHints: forZones=1 []ForZone
ForZone: name=1
EndpointSlicePort: name=1 *string, protocol=2 *string, port=3 *int, appProtocol=4 *string
NetworkPolicy: metadata=1 ObjectMeta, spec=2 NetworkPolicySpec
NetworkPolicySpec: podSelector=1 LabelSelector, ingress=2 []NetworkPolicyIngressRule,
  egress=3 []NetworkPolicyEgressRule, policyTypes=4 []string
NetworkPolicyIngressRule: ports=1 []NetworkPolicyPort, from=2 []NetworkPolicyPeer
NetworkPolicyPort: protocol=1 *string, port=2 intorstring, endPort=3 *int
NetworkPolicyPeer: podSelector=1 LabelSelector, namespaceSelector=2 LabelSelector, ipBlock=3 IPBlock
IPBlock: cidr=1, except=2 []string
NetworkPolicyEgressRule: ports=1 []NetworkPolicyPort, to=2 []NetworkPolicyPeer
Lease: metadata=1 ObjectMeta, spec=2 LeaseSpec
LeaseSpec: holderIdentity=1 *string, leaseDurationSeconds=2 *int, acquireTime=3 microtime, renewTime=4 microtime,
  leaseTransitions=5 *int, strategy=6 *string, preferredHolder=7 *string
Role: metadata=1 ObjectMeta, rules=2 []PolicyRule
PolicyRule: verbs=1 []string, apiGroups=2 []string, resources=3 []string, resourceNames=4 []string,
  nonResourceURLs=5 []string
RoleBinding: metadata=1 ObjectMeta, subjects=2 []Subject, roleRef=3 RoleRef
Subject: kind=1, apiGroup=2, name=3, namespace=4
RoleRef: apiGroup=1, kind=2, name=3
ClusterRole: metadata=1 ObjectMeta, rules=2 []PolicyRule, aggregationRule=3 AggregationRule
AggregationRule: clusterRoleSelectors=1 []LabelSelector
ClusterRoleBinding: metadata=1 ObjectMeta, subjects=2 []Subject, roleRef=3 RoleRef
MutatingWebhookConfiguration: metadata=1 ObjectMeta, webhooks=2 []MutatingWebhook
MutatingWebhook: name=1, clientConfig=2 WebhookClientConfig, rules=3 []RuleWithOperations, failurePolicy=4 *string,
  namespaceSelector=5 LabelSelector, sideEffects=6 *string, timeoutSeconds=7 *int, admissionReviewVersions=8 []string,
  matchPolicy=9 *string, reinvocationPolicy=10 *string, objectSelector=11 LabelSelector,
  matchConditions=12 []MatchCondition
WebhookClientConfig: service=1 ServiceReference, caBundle=2 bytes, url=3 *string
ServiceReference: namespace=1, name=2, path=3 *string, port=4 *int
RuleWithOperations: operations=1 []string, rule=2 ^Rule
Rule: apiGroups=1 []string, apiVersions=2 []string, resources=3 []string, scope=4 *string
MatchCondition: name=1, expression=2
ValidatingWebhookConfiguration: metadata=1 ObjectMeta, webhooks=2 []ValidatingWebhook
ValidatingWebhook: name=1, clientConfig=2 WebhookClientConfig, rules=3 []RuleWithOperations, failurePolicy=4 *string,
  namespaceSelector=5 LabelSelector, sideEffects=6 *string, timeoutSeconds=7 *int, admissionReviewVersions=8 []string,
  matchPolicy=9 *string, objectSelector=10 LabelSelector, matchConditions=11 []MatchCondition
TokenReview: metadata=1 ObjectMeta, spec=2 TokenReviewSpec, status=3 TokenReviewStatus
TokenReviewSpec: token=1, audiences=2 []string
TokenReviewStatus: authenticated=1 bool, user=2 UserInfo, error=3, audiences=4 []string
UserInfo: username=1, uid=2, groups=3 []string, extra=4 {}strings
TokenRequest: metadata=1 ObjectMeta, spec=2 TokenRequestSpec, status=3 TokenRequestStatus
TokenRequestSpec: audiences=1 []string, boundObjectRef=3 BoundObjectReference, expirationSeconds=4 *int
BoundObjectReference: kind=1, apiVersion=2, name=3, uID=4
TokenRequestStatus: token=1, expirationTimestamp=2 time
SelfSubjectReview: metadata=1 ObjectMeta, status=2 SelfSubjectReviewStatus
SelfSubjectReviewStatus: userInfo=1 UserInfo
SubjectAccessReview: metadata=1 ObjectMeta, spec=2 SubjectAccessReviewSpec, status=3 SubjectAccessReviewStatus
SubjectAccessReviewSpec: resourceAttributes=1 ResourceAttributes, nonResourceAttributes=2 NonResourceAttributes,
  user=3, groups=4 []string, extra=5 {}strings, uid=6
ResourceAttributes: namespace=1, verb=2, group=3, version=4, resource=5, subresource=6, name=7,
  fieldSelector=8 FieldSelectorAttributes, labelSelector=9 LabelSelectorAttributes
FieldSelectorAttributes: rawSelector=1, requirements=2 []FieldSelectorRequirement
LabelSelectorAttributes: rawSelector=1, requirements=2 []LabelSelectorRequirement
NonResourceAttributes: path=1, verb=2
SubjectAccessReviewStatus: allowed=1 bool, reason=2, evaluationError=3, denied=4 bool
SelfSubjectAccessReview: metadata=1 ObjectMeta, spec=2 SelfSubjectAccessReviewSpec, status=3 SubjectAccessReviewStatus
SelfSubjectAccessReviewSpec: resourceAttributes=1 ResourceAttributes, nonResourceAttributes=2 NonResourceAttributes
LocalSubjectAccessReview: metadata=1 ObjectMeta, spec=2 SubjectAccessReviewSpec, status=3 SubjectAccessReviewStatus
SelfSubjectRulesReview: metadata=1 ObjectMeta, spec=2 SelfSubjectRulesReviewSpec, status=3 SubjectRulesReviewStatus
SelfSubjectRulesReviewSpec: namespace=1
SubjectRulesReviewStatus: resourceRules=1 []ResourceRule, nonResourceRules=2 []NonResourceRule, incomplete=3 bool,
  evaluationError=4
ResourceRule: verbs=1 []string, apiGroups=2 []string, resources=3 []string, resourceNames=4 []string
NonResourceRule: verbs=1 []string, nonResourceURLs=2 []string
Eviction: metadata=1 ObjectMeta, deleteOptions=2 DeleteOptions
Scale: metadata=1 ObjectMeta, spec=2 ScaleSpec, status=3 ScaleStatus
ScaleSpec: replicas=1 int
ScaleStatus: replicas=1 int, selector=2
`;
