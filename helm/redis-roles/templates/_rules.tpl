{{/* What the operator may do in a namespace that it watches; every verb with its reason. */}}
{{- define "redis-roles.rules" -}}
# What users write: read and watched, never changed.
- apiGroups: [redisroles.io]
  resources: [redisroles, accesspolicies]
  verbs: [get, list, watch]
# What is said about it; patch is server-side apply.
- apiGroups: [redisroles.io]
  resources: [redisroles/status, accesspolicies/status]
  verbs: [patch]
# Owner references with blockOwnerDeletion are admitted only to those who may set the owner's finalizers; none is set.
- apiGroups: [redisroles.io]
  resources: [redisroles/finalizers, accesspolicies/finalizers]
  verbs: [update]
# Children: watched by label, read by name before their first write (somebody else's object is left alone), created and
# corrected by server-side apply (create where there is none, patch where there is; update where somebody added to a list
# that apply would merge), deleted when no longer desired.
- apiGroups: [""]
  resources: [secrets, configmaps, services]
  verbs: [get, list, watch, create, patch, update, delete]
- apiGroups: [apps]
  resources: [statefulsets]
  verbs: [get, list, watch, create, patch, update, delete]
- apiGroups: [networking.k8s.io]
  resources: [networkpolicies]
  verbs: [get, list, watch, create, patch, update, delete]
- apiGroups: [policy]
  resources: [poddisruptionbudgets]
  verbs: [get, list, watch, create, patch, update, delete]
# Roles with spec.tls.mode CertManager: their Certificate is read and made (get, create), follows spec.tls (patch), and is taken back
# when the role no longer wants it (delete). Nothing is watched, so clusters without cert-manager need nothing.
- apiGroups: [cert-manager.io]
  resources: [certificates]
  verbs: [get, create, patch, delete]
# Volumes are created and grown; deleting them is left to the garbage collector, so that no fault of ours loses data.
- apiGroups: [""]
  resources: [persistentvolumeclaims]
  verbs: [get, list, watch, create, patch]
# Pods of Redis are watched for their address and readiness, and deleted when Redis must restart with another configuration, or
# lets the operator in no more. Pods with a sidecar are counted; patch writes one annotation, at which the kubelet looks at their
# mounted files at once, on pods of Redis too when their certificate is renewed.
- apiGroups: [""]
  resources: [pods]
  verbs: [list, watch, delete, patch]
# The memory of a pod of Redis grows and shrinks in place; nothing else is resized.
- apiGroups: [""]
  resources: [pods/resize]
  verbs: [patch]
# Pods that missed their sidecar are made anew, within their disruption budgets.
- apiGroups: [""]
  resources: [pods/eviction]
  verbs: [create]
# Transitions of conditions, and what was repaired inside Redis; get and patch count those that happen again.
- apiGroups: [""]
  resources: [events]
  verbs: [get, create, patch]
{{- end }}
