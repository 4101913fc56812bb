{{/* What every pod of the chart has in common. */}}

{{/* The start of a pod's spec: (list $ "gateway" 65532 $values). Satisfies the restricted Pod Security Standard. */}}
{{- define "ordermesh.pod" -}}
{{- $root := index . 0 }}{{ $component := index . 1 }}{{ $user := index . 2 }}{{ $values := index . 3 -}}
serviceAccountName: {{ include "ordermesh.name" (list $root $component) | quote }}
# Nobody here talks to the API server.
automountServiceAccountToken: false
enableServiceLinks: false
{{- with $root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  {{- if $root.Values.security.fixedIds }}
  runAsUser: {{ $user }}
  runAsGroup: {{ $user }}
  fsGroup: {{ $user }}
  {{- end }}
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- with $values.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- with $values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Replicas spread over nodes and zones, as far as there are some: (list $ "gateway"). */}}
{{- define "ordermesh.spread" -}}
topologySpreadConstraints:
  {{- $selector := include "ordermesh.selector" . }}
  {{- range tuple "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- $selector | nindent 8 }}
  {{- end }}
{{- end }}

{{/* What every container has in common. Its last log lines are shown by `kubectl describe pod` when it fails. */}}
{{- define "ordermesh.container" -}}
terminationMessagePolicy: FallbackToLogsOnError
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- end }}

{{- define "ordermesh.resources" -}}
resources:
  {{- toYaml .resources | nindent 2 }}
{{- end }}

{{/* Annotations of a pod: its configuration's checksum, so that a change restarts it. (list $values "configuration") */}}
{{- define "ordermesh.podAnnotations" -}}
{{- $values := index . 0 -}}
checksum/config: {{ index . 1 | sha256sum | trunc 16 }}
{{- with $values.podAnnotations }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Keys and values as one "name: value" a line, numbers whole: YAML made of a float would say 2e+07. */}}
{{- define "ordermesh.settings" -}}
{{- range $name, $value := . }}
{{ $name }}: {{ if kindIs "float64" $value }}{{ int64 $value }}{{ else if kindIs "string" $value }}{{ $value | quote }}{{ else }}{{ $value }}{{ end }}
{{- end }}
{{- end }}
