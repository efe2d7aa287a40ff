/** The other kinds of `core/v1`, and what every object has. The notation is that of `message-table.ts`. */
export const coreMessages = `
Namespace: metadata=1 ObjectMeta, spec=2 NamespaceSpec, status=3 NamespaceStatus
NamespaceSpec: finalizers=1 []string
NamespaceStatus: phase=1, conditions=2 []NamespaceCondition
NamespaceCondition: type=1, status=2, lastTransitionTime=4 time, reason=5, message=6
Node: metadata=1 ObjectMeta, spec=2 NodeSpec, status=3 NodeStatus
NodeSpec: podCIDR=1, externalID=2, providerID=3, unschedulable=4 bool, taints=5 []Taint,
  configSource=6 NodeConfigSource, podCIDRs=7 []string
Taint: key=1, value=2, effect=3, timeAdded=4 time
NodeConfigSource: configMap=2 ConfigMapNodeConfigSource
ConfigMapNodeConfigSource: namespace=1, name=2, uid=3, resourceVersion=4, kubeletConfigKey=5
NodeStatus: capacity=1 {}quantity, allocatable=2 {}quantity, phase=3, conditions=4 []NodeCondition,
  addresses=5 []NodeAddress, daemonEndpoints=6 NodeDaemonEndpoints, nodeInfo=7 NodeSystemInfo,
  images=8 []ContainerImage, volumesInUse=9 []string, volumesAttached=10 []AttachedVolume, config=11 NodeConfigStatus,
  runtimeHandlers=12 []NodeRuntimeHandler, features=13 NodeFeatures
NodeCondition: type=1, status=2, lastHeartbeatTime=3 time, lastTransitionTime=4 time, reason=5, message=6
NodeAddress: type=1, address=2
NodeDaemonEndpoints: kubeletEndpoint=1 DaemonEndpoint
DaemonEndpoint: Port=1 int
NodeSystemInfo: machineID=1, systemUUID=2, bootID=3, kernelVersion=4, osImage=5, containerRuntimeVersion=6,
  kubeletVersion=7, kubeProxyVersion=8, operatingSystem=9, architecture=10
ContainerImage: names=1 []string, sizeBytes=2 int
AttachedVolume: name=1, devicePath=2
NodeConfigStatus: assigned=1 NodeConfigSource, active=2 NodeConfigSource, lastKnownGood=3 NodeConfigSource, error=4
NodeRuntimeHandler: name=1, features=2 NodeRuntimeHandlerFeatures
NodeRuntimeHandlerFeatures: recursiveReadOnlyMounts=1 *bool, userNamespaces=2 *bool
NodeFeatures: supplementalGroupsPolicy=1 *bool
Service: metadata=1 ObjectMeta, spec=2 ServiceSpec, status=3 ServiceStatus
ServiceSpec: ports=1 []ServicePort, selector=2 {}string, clusterIP=3, type=4, externalIPs=5 []string,
  sessionAffinity=7, loadBalancerIP=8, loadBalancerSourceRanges=9 []string, externalName=10, externalTrafficPolicy=11,
  healthCheckNodePort=12 int, publishNotReadyAddresses=13 bool, sessionAffinityConfig=14 SessionAffinityConfig,
  ipFamilyPolicy=17 *string, clusterIPs=18 []string, ipFamilies=19 []string, allocateLoadBalancerNodePorts=20 *bool,
  loadBalancerClass=21 *string, internalTrafficPolicy=22 *string, trafficDistribution=23 *string
ServicePort: name=1, protocol=2, port=3 int, targetPort=4 intorstring, nodePort=5 int, appProtocol=6 *string
SessionAffinityConfig: clientIP=1 ClientIPConfig
ClientIPConfig: timeoutSeconds=1 *int
ServiceStatus: loadBalancer=1 LoadBalancerStatus, conditions=2 []Condition
LoadBalancerStatus: ingress=1 []LoadBalancerIngress
LoadBalancerIngress: ip=1, hostname=2, ipMode=3 *string, ports=4 []PortStatus
PortStatus: port=1 int, protocol=2, error=3 *string
Endpoints: metadata=1 ObjectMeta, subsets=2 []EndpointSubset
EndpointSubset: addresses=1 []EndpointAddress, notReadyAddresses=2 []EndpointAddress, ports=3 []EndpointPort
EndpointAddress: ip=1, targetRef=2 ObjectReference, hostname=3, nodeName=4 *string
ObjectReference: kind=1, namespace=2, name=3, uid=4, apiVersion=5, resourceVersion=6, fieldPath=7
EndpointPort: name=1, port=2 int, protocol=3, appProtocol=4 *string
ConfigMap: metadata=1 ObjectMeta, data=2 {}string, binaryData=3 {}bytes, immutable=4 *bool
Secret: metadata=1 ObjectMeta, data=2 {}bytes, type=3, stringData=4 {}string, immutable=5 *bool
ServiceAccount: metadata=1 ObjectMeta, secrets=2 []ObjectReference, imagePullSecrets=3 []LocalObjectReference,
  automountServiceAccountToken=4 *bool
Event: metadata=1 ObjectMeta, involvedObject=2 ObjectReference, reason=3, message=4, source=5 EventSource,
  firstTimestamp=6 time, lastTimestamp=7 time, count=8 int, type=9, eventTime=10 microtime, series=11 EventSeries,
  action=12, related=13 ObjectReference, reportingComponent=14, reportingInstance=15
EventSource: component=1, host=2
EventSeries: count=1 int, lastObservedTime=2 microtime
Binding: metadata=1 ObjectMeta, target=2 ObjectReference
PodTemplateSpec: metadata=1 ObjectMeta, spec=2 PodSpec
PersistentVolumeClaim: metadata=1 ObjectMeta, spec=2 PersistentVolumeClaimSpec, status=3 PersistentVolumeClaimStatus
PersistentVolumeClaimStatus: phase=1, accessModes=2 []string, capacity=3 {}quantity,
  conditions=4 []PersistentVolumeClaimCondition, allocatedResources=5 {}quantity,
  allocatedResourceStatuses=7 {}string, currentVolumeAttributesClassName=8 *string,
  modifyVolumeStatus=9 ModifyVolumeStatus
PersistentVolumeClaimCondition: type=1, status=2, lastProbeTime=3 time, lastTransitionTime=4 time, reason=5, message=6
ModifyVolumeStatus: targetVolumeAttributesClassName=1, status=2
ObjectMeta: name=1, generateName=2, namespace=3, selfLink=4, uid=5, resourceVersion=6, generation=7 int,
  creationTimestamp=8 time, deletionTimestamp=9 time, deletionGracePeriodSeconds=10 *int, labels=11 {}string,
  annotations=12 {}string, ownerReferences=13 []OwnerReference, finalizers=14 []string,
  managedFields=17 []ManagedFieldsEntry
OwnerReference: kind=1, name=3, uid=4, apiVersion=5, controller=6 *bool, blockOwnerDeletion=7 *bool
ManagedFieldsEntry: manager=1, operation=2, apiVersion=3, time=4 time, fieldsType=6, fieldsV1=7 rawfields,
  subresource=8
LabelSelector: matchLabels=1 {}string, matchExpressions=2 []LabelSelectorRequirement
LabelSelectorRequirement: key=1, operator=2, values=3 []string
Condition: type=1, status=2, observedGeneration=3 int, lastTransitionTime=4 time, reason=5, message=6
FieldSelectorRequirement: key=1, operator=2, values=3 []string
DeleteOptions: gracePeriodSeconds=1 *int, preconditions=2 Preconditions, orphanDependents=3 *bool,
  propagationPolicy=4 *string, dryRun=5 []string, ignoreStoreReadErrorWithClusterBreakingPotential=6 *bool
Preconditions: uid=1 *string, resourceVersion=2 *string
`;
