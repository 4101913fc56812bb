{{/* Names, labels and images. */}}

{{/*
The release's name, once: "ordermesh" for a release that is called so, else "<release>-ordermesh". What is no name of a Service
(a release may begin with a digit and have dots) or is longer than 40 characters, which leaves room for the components', is made
one; a hash then keeps apart what would be made the same.
*/}}
{{- define "ordermesh.fullname" -}}
{{- $wanted := .Values.fullnameOverride | default (eq .Release.Name .Chart.Name | ternary .Release.Name (printf "%s-%s" .Release.Name .Chart.Name)) -}}
{{- if and (regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" $wanted) (le (len $wanted) 40) -}}
{{- $wanted }}
{{- else -}}
{{- $clean := regexReplaceAll "[^a-z0-9]+" (lower $wanted) "-" -}}
{{- if regexMatch "^[^a-z]" $clean }}{{ $clean = printf "r%s" $clean }}{{ end -}}
{{- printf "%s-%s" ($clean | trunc 31 | trimSuffix "-") ($wanted | sha256sum | trunc 8) }}
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
app.kubernetes.io/name: {{ $root.Chart.Name | quote }}
app.kubernetes.io/instance: {{ $root.Release.Name | quote }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{/* The recommended labels: (list $ "gateway"). */}}
{{- define "ordermesh.labels" -}}
{{- $root := index . 0 -}}
{{ include "ordermesh.selector" . }}
app.kubernetes.io/version: {{ include "ordermesh.labelValue" ($root.Values.image.tag | default $root.Chart.AppVersion) | quote }}
app.kubernetes.io/part-of: ordermesh
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ include "ordermesh.labelValue" (printf "%s-%s" $root.Chart.Name $root.Chart.Version) | quote }}
{{- end }}

{{/* Text as the value of a label: of at most 63 characters, which begins and ends with a letter or digit. */}}
{{- define "ordermesh.labelValue" -}}
{{- $text := regexReplaceAll "[^-._A-Za-z0-9]" . "_" -}}
{{- regexReplaceAll "[^A-Za-z0-9]+$" (regexReplaceAll "^[^A-Za-z0-9]+" $text "" | trunc 63) "" }}
{{- end }}

{{/* The labels of a pod: without versions, since another one would restart every pod, the stores' too. (list $ "gateway") */}}
{{- define "ordermesh.podLabels" -}}
{{ include "ordermesh.selector" . }}
app.kubernetes.io/part-of: ordermesh
{{- end }}

{{/* The metadata of an object: (list $ "gateway"), or (list $ "gateway" "name") where it is not the component's own name. */}}
{{- define "ordermesh.metadata" -}}
{{- $root := index . 0 -}}
name: {{ gt (len .) 2 | ternary (last .) (include "ordermesh.name" .) | quote }}
namespace: {{ $root.Release.Namespace | quote }}
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
