{{/* The operator's name is fixed: the NetworkPolicies of roles admit pods by it. */}}
{{- define "redis-roles.selector" -}}
app.kubernetes.io/name: redis-roles-operator
{{- end }}

{{- define "redis-roles.labels" -}}
{{ include "redis-roles.selector" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: redis-roles
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{/* Names of objects that belong to no namespace: those of another release are others. In a namespace there is one release. */}}
{{- define "redis-roles.clusterwide" -}}
{{ printf "%s.%s" .name (.root.Release.Namespace | default "default") }}
{{- end }}

{{/* The value namespaceSelector without what is empty, in JSON; releases of older charts that reuse their values have none. */}}
{{- define "redis-roles.namespaceSelector" -}}
{{- $selector := dict }}
{{- range $key, $value := .Values.namespaceSelector | default dict }}
{{- if $value }}{{ $_ := set $selector $key $value }}{{ end }}
{{- end }}
{{- toJson $selector }}
{{- end }}

{{/* Which namespaces the release looks after, as a label selector in JSON; empty if all. */}}
{{- define "redis-roles.namespaces" -}}
{{- $selector := include "redis-roles.namespaceSelector" . }}
{{- if and .Values.watchNamespaces (ne $selector "{}") }}
{{- fail (printf "namespaceSelector: %s (expected: nothing, because watchNamespaces is [%s]: a release finds its namespaces by their labels or by their names)" $selector (join " " .Values.watchNamespaces)) }}
{{- end }}
{{- if .Values.watchNamespaces }}
{{- dict "matchExpressions" (list (dict "key" "kubernetes.io/metadata.name" "operator" "In" "values" .Values.watchNamespaces)) | toJson }}
{{- else if ne $selector "{}" }}
{{- $selector }}
{{- end }}
{{- end }}

{{/* repository@digest, else repository:tag. */}}
{{- define "redis-roles.image" -}}
{{- if .digest }}{{ .repository }}@{{ .digest }}{{ else }}{{ .repository }}:{{ .tag }}{{ end }}
{{- end }}
