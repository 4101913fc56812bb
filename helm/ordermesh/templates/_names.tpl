{{/* Names, labels and images. */}}

{{/* The release's name, once: "ordermesh" for a release that is called so, else "<release>-ordermesh". */}}
{{- define "ordermesh.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride }}
{{- else if contains .Chart.Name .Release.Name }}
{{- .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" (.Release.Name | trunc 30 | trimSuffix "-") .Chart.Name }}
{{- end }}
{{- end }}

{{/* The name of a component's objects: (list $ "gateway"). */}}
{{- define "ordermesh.name" -}}
{{- $root := index . 0 -}}
{{- printf "%s-%s" (include "ordermesh.fullname" $root) (index . 1) }}
{{- end }}

{{/* What selects a component's pods. Immutable: never add to it. (list $ "gateway") */}}
{{- define "ordermesh.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ $root.Chart.Name }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{/* The recommended labels: (list $ "gateway"). */}}
{{- define "ordermesh.labels" -}}
{{- $root := index . 0 -}}
{{ include "ordermesh.selector" . }}
app.kubernetes.io/version: {{ $root.Values.image.tag | default $root.Chart.AppVersion | trunc 63 | quote }}
app.kubernetes.io/part-of: ordermesh
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" }}
{{- end }}

{{/* The labels of a pod: without versions, since another one would restart every pod, the stores' too. (list $ "gateway") */}}
{{- define "ordermesh.podLabels" -}}
{{ include "ordermesh.selector" . }}
app.kubernetes.io/part-of: ordermesh
{{- end }}

{{/* The metadata of an object: (list $ "gateway"), or (list $ "gateway" "name") where it is not the component's own name. */}}
{{- define "ordermesh.metadata" -}}
{{- $root := index . 0 -}}
name: {{ if gt (len .) 2 }}{{ index . 2 }}{{ else }}{{ include "ordermesh.name" . }}{{ end }}
namespace: {{ $root.Release.Namespace }}
labels:
  {{- include "ordermesh.labels" (list $root (index . 1)) | nindent 2 }}
{{- end }}

{{/* An image: (list $ "postgres"), by its key in `images`. Ours follow image.tag. */}}
{{- define "ordermesh.image" -}}
{{- $root := index . 0 -}}
{{- $image := index $root.Values.images (index . 1) -}}
{{- $tag := $image.tag | default $root.Values.image.tag | default $root.Chart.AppVersion -}}
{{- with $root.Values.image.registry }}{{ . }}/{{ end }}{{ $image.repository }}
{{- if $image.digest }}@{{ $image.digest }}{{ else }}:{{ $tag }}{{ end }}
{{- end }}
