{{/* What analytics alone has: KEDA. More replicas than the topic has partitions (3) have nothing to do. */}}
{{- define "ordermesh.analytics.extras" -}}
{{- $root := .root -}}
{{- if $root.Values.analytics.keda.enabled }}
{{- $security := $root.Values.kafka.security }}
{{- $credentials := or $security.existingSecret $security.caSecret }}
{{- if $credentials }}
---
apiVersion: keda.sh/v1alpha1
kind: TriggerAuthentication
metadata:
  {{- include "ordermesh.metadata" (list $root "analytics") | nindent 2 }}
spec:
  secretTargetRef:
    {{- with $security.existingSecret }}
    - {parameter: username, name: {{ . | quote }}, key: {{ $security.usernameKey | quote }}}
    - {parameter: password, name: {{ . | quote }}, key: {{ $security.passwordKey | quote }}}
    {{- end }}
    {{- with $security.caSecret }}
    - {parameter: ca, name: {{ . | quote }}, key: {{ $security.caKey | quote }}}
    {{- end }}
{{- end }}
---
# Never to zero: a group that has committed nothing has no lag to wake it.
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata:
  {{- include "ordermesh.metadata" (list $root "analytics") | nindent 2 }}
spec:
  scaleTargetRef:
    name: {{ include "ordermesh.name" (list $root "analytics") | quote }}
  minReplicaCount: {{ $root.Values.analytics.keda.minReplicas }}
  maxReplicaCount: {{ $root.Values.analytics.keda.maxReplicas }}
  triggers:
    - type: kafka
      metadata:
        bootstrapServers: {{ include "ordermesh.kafka.brokers" $root | quote }}
        consumerGroup: analytics
        topic: orders.events
        lagThreshold: {{ $root.Values.analytics.keda.lag | quote }}
        offsetResetPolicy: earliest
        # KEDA's own default, 1.0.0, is a protocol that Kafka 4 does not speak any more.
        version: {{ $root.Values.analytics.keda.kafkaVersion | quote }}
        {{- with $security.mechanism }}
        sasl: {{ get (dict "PLAIN" "plaintext" "SCRAM-SHA-256" "scram_sha256" "SCRAM-SHA-512" "scram_sha512") . }}
        {{- end }}
        {{- if has $security.protocol (list "ssl" "sasl_ssl") }}
        tls: enable
        {{- end }}
      {{- if $credentials }}
      authenticationRef:
        name: {{ include "ordermesh.name" (list $root "analytics") | quote }}
      {{- end }}
{{- end }}
{{- end }}
