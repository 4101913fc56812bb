{{/* What keeps a component available, and scales it. */}}

{{/* Says "yes" when something else than the chart decides about the replicas: (list $ "gateway"). */}}
{{- define "ordermesh.scales" -}}
{{- $values := index (index . 0).Values (index . 1) -}}
{{- if or (dig "autoscaling" "enabled" false $values) (dig "keda" "enabled" false $values) }}yes{{ end }}
{{- end }}

{{/* PodDisruptionBudget and HorizontalPodAutoscaler: (list $ "gateway" "Deployment"). */}}
{{- define "ordermesh.availability" -}}
{{- $root := index . 0 }}{{ $meta := list $root (index . 1) }}{{ $values := index $root.Values (index . 1) -}}
{{- $scales := include "ordermesh.scales" $meta -}}
{{- $least := $values.replicas -}}
{{- if dig "autoscaling" "enabled" false $values }}{{ $least = $values.autoscaling.minReplicas }}{{ end -}}
{{- if dig "keda" "enabled" false $values }}{{ $least = $values.keda.minReplicas }}{{ end -}}
{{- if gt (int $least) 1 }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "ordermesh.metadata" $meta | nindent 2 }}
spec:
  maxUnavailable: 1
  # A pod that is not ready keeps no node from being drained.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "ordermesh.selector" $meta | nindent 6 }}
{{- end }}
{{- if dig "autoscaling" "enabled" false $values }}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  {{- include "ordermesh.metadata" $meta | nindent 2 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: {{ index . 2 }}
    name: {{ include "ordermesh.name" $meta | quote }}
  minReplicas: {{ $values.autoscaling.minReplicas }}
  maxReplicas: {{ $values.autoscaling.maxReplicas }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target: {type: Utilization, averageUtilization: {{ $values.autoscaling.targetCpuUtilization }}}
{{- end }}
{{- end }}

{{- define "ordermesh.checkScaling" -}}
{{- range $row := append (.Files.Get "files/services.yaml" | fromYamlArray) (dict "name" "envoy") }}
{{- range $scaler := tuple "autoscaling" "keda" }}
{{- with get (get $.Values $row.name) $scaler }}
{{- if and .enabled (gt (int .minReplicas) (int .maxReplicas)) }}
{{- fail (printf "%s.%s.maxReplicas is less than minReplicas" $row.name $scaler) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- if lt (int .Values.envoy.drainSeconds) (add .Values.envoy.connectionAgeSeconds 3) }}
{{- fail "envoy.drainSeconds has to be at least 3 more than envoy.connectionAgeSeconds: a replica that ends breaks off what is left" }}
{{- end }}
{{- with .Values.notifier.keda }}
{{- if and .enabled (not .managementSecret) $.Values.rabbitmq.enabled (not (has "rabbitmq_management" $.Values.rabbitmq.plugins)) }}
{{- fail "rabbitmq.plugins has to have rabbitmq_management when notifier.keda.enabled is true: KEDA asks its API" }}
{{- end }}
{{- if and .enabled (not .managementSecret) (not $.Values.rabbitmq.enabled) }}
{{- fail "notifier.keda.managementSecret is needed when rabbitmq.enabled is false: a Secret with the URL of RabbitMQ's management API" }}
{{- end }}
{{- end }}
{{- end }}
