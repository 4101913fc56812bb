{{/* Where the stores are, and the secrets that open them. */}}

{{- define "ordermesh.postgres.secret" -}}
{{ .Values.postgres.existingSecret | default (include "ordermesh.name" (list . "postgres")) }}
{{- end }}

{{- define "ordermesh.rabbitmq.secret" -}}
{{ .Values.rabbitmq.existingSecret | default (include "ordermesh.name" (list . "rabbitmq")) }}
{{- end }}

{{- define "ordermesh.kafka.brokers" -}}
{{- if .Values.kafka.enabled }}{{ include "ordermesh.name" (list . "kafka") }}:9092{{ else }}{{ .Values.kafka.brokers }}{{ end }}
{{- end }}

{{/* Fails with one line that names the value when a store is off and nothing is said about another. */}}
{{- define "ordermesh.checkStores" -}}
{{- if and (not .Values.postgres.enabled) (not .Values.postgres.existingSecret) }}
{{- fail "postgres.existingSecret is needed when postgres.enabled is false: the Secret with the URLs of your database (see the chart's README)" }}
{{- end }}
{{- if and (not .Values.rabbitmq.enabled) (not .Values.rabbitmq.existingSecret) }}
{{- fail "rabbitmq.existingSecret is needed when rabbitmq.enabled is false: the Secret with the URL of your RabbitMQ (see the chart's README)" }}
{{- end }}
{{- if and (not .Values.kafka.enabled) (not .Values.kafka.brokers) }}
{{- fail "kafka.brokers is needed when kafka.enabled is false: host:port,host:port of your Kafka" }}
{{- end }}
{{- if and .Values.kafka.enabled .Values.kafka.brokers }}
{{- fail "kafka.brokers are yours, and kafka.enabled asks for the chart's: set kafka.enabled to false" }}
{{- end }}
{{- if and .Values.rabbitmq.enabled .Values.rabbitmq.caSecret }}
{{- fail "rabbitmq.caSecret is for a RabbitMQ of yours, and rabbitmq.enabled asks for the chart's, which has no TLS" }}
{{- end }}
{{- include "ordermesh.checkKafkaSecurity" . }}
{{- end }}

{{- define "ordermesh.checkKafkaSecurity" -}}
{{- $security := .Values.kafka.security }}
{{- $tls := has $security.protocol (list "ssl" "sasl_ssl") }}{{ $sasl := hasPrefix "sasl_" $security.protocol }}
{{- if and .Values.kafka.enabled (ne $security.protocol "plaintext") }}
{{- fail "kafka.security.protocol is for brokers of yours, and kafka.enabled asks for the chart's, which have neither TLS nor SASL" }}
{{- end }}
{{- if and $security.caSecret (not $tls) }}
{{- fail "kafka.security.caSecret needs kafka.security.protocol ssl or sasl_ssl" }}
{{- end }}
{{- range $value := tuple "mechanism" "existingSecret" }}
{{- if and $sasl (not (get $security $value)) }}
{{- fail (printf "kafka.security.%s is needed when kafka.security.protocol is %s" $value $security.protocol) }}
{{- end }}
{{- if and (not $sasl) (get $security $value) }}
{{- fail (printf "kafka.security.%s needs kafka.security.protocol sasl_ssl or sasl_plaintext" $value) }}
{{- end }}
{{- end }}
{{- end }}

{{/*
Adds to a program's settings how it finds a store, with the files that ordermesh.configVolume mounts for it:
(list $ "amqp" $settings)
*/}}
{{- define "ordermesh.storeSettings" -}}
{{- $root := index . 0 }}{{ $store := index . 1 }}{{ $settings := index . 2 }}{{ $folder := "/etc/ordermesh/secrets" -}}
{{- with get (dict "database" "database_url" "owner" "database_url" "roles" "role_password" "amqp" "amqp_url" "smtp" "smtp_password") $store }}
{{- $_ := set $settings (printf "%s_file" .) (printf "%s/%s" $folder .) }}
{{- end }}
{{- if and (eq $store "amqp") $root.Values.rabbitmq.caSecret }}
{{- $_ := set $settings "amqp_ca_file" (printf "%s/amqp_ca.pem" $folder) }}
{{- end }}
{{- if eq $store "kafka" }}
{{- $security := $root.Values.kafka.security }}
{{- $_ := set $settings "kafka_brokers" (include "ordermesh.kafka.brokers" $root) }}
{{- if ne $security.protocol "plaintext" }}{{ $_ := set $settings "kafka_security" $security.protocol }}{{ end }}
{{- if $security.caSecret }}{{ $_ := set $settings "kafka_ca_file" (printf "%s/kafka_ca.pem" $folder) }}{{ end }}
{{- if $security.mechanism }}
{{- $_ := set $settings "kafka_sasl_mechanism" $security.mechanism }}
{{- $_ := set $settings "kafka_username_file" (printf "%s/kafka_username" $folder) }}
{{- $_ := set $settings "kafka_password_file" (printf "%s/kafka_password" $folder) }}
{{- end }}
{{- end }}
{{- end }}

{{/*
What a component finds in /etc/ordermesh: its configuration, and a file in secrets/ for each secret that it may read, of the
stores and servers named: (list $ "gateway" (list "database" "amqp" "kafka"))
*/}}
{{- define "ordermesh.configVolume" -}}
{{- $root := index . 0 }}{{ $component := index . 1 }}{{ $wanted := index . 2 -}}
- name: config
  projected:
    defaultMode: 0440
    sources:
      - configMap:
          name: {{ include "ordermesh.name" (list $root $component) | quote }}
      {{- if has "database" $wanted }}
      - secret:
          name: {{ include "ordermesh.postgres.secret" $root | quote }}
          items:
            - {key: {{ index $root.Values.postgres.keys $component | quote }}, path: secrets/database_url}
      {{- end }}
      {{- if has "owner" $wanted }}
      - secret:
          name: {{ $root.Values.postgres.ownerSecret | default (include "ordermesh.postgres.secret" $root) | quote }}
          items:
            - {key: {{ $root.Values.postgres.keys.owner | quote }}, path: secrets/database_url}
      {{- end }}
      {{- if has "roles" $wanted }}
      - secret:
          name: {{ include "ordermesh.postgres.secret" $root | quote }}
          items:
            - {key: {{ $root.Values.postgres.keys.rolePassword | quote }}, path: secrets/role_password}
      {{- end }}
      {{- if has "amqp" $wanted }}
      - secret:
          name: {{ include "ordermesh.rabbitmq.secret" $root | quote }}
          items:
            - {key: {{ $root.Values.rabbitmq.key | quote }}, path: secrets/amqp_url}
      {{- with $root.Values.rabbitmq.caSecret }}
      - secret:
          name: {{ . | quote }}
          items:
            - {key: {{ $root.Values.rabbitmq.caKey | quote }}, path: secrets/amqp_ca.pem}
      {{- end }}
      {{- end }}
      {{- if has "kafka" $wanted }}
      {{- with $root.Values.kafka.security.existingSecret }}
      - secret:
          name: {{ . | quote }}
          items:
            - {key: {{ $root.Values.kafka.security.usernameKey | quote }}, path: secrets/kafka_username}
            - {key: {{ $root.Values.kafka.security.passwordKey | quote }}, path: secrets/kafka_password}
      {{- end }}
      {{- with $root.Values.kafka.security.caSecret }}
      - secret:
          name: {{ . | quote }}
          items:
            - {key: {{ $root.Values.kafka.security.caKey | quote }}, path: secrets/kafka_ca.pem}
      {{- end }}
      {{- end }}
      {{- if has "smtp" $wanted }}
      - secret:
          name: {{ $root.Values.notifier.email.existingSecret | quote }}
          items:
            - {key: {{ $root.Values.notifier.email.passwordKey | quote }}, path: secrets/smtp_password}
      {{- end }}
{{- end }}

{{/* The volume of a store for development: a claim for each pod, (list $ "postgres") … */}}
{{- define "ordermesh.claim" -}}
{{- $root := index . 0 }}{{ $values := index $root.Values (index . 1) -}}
{{- with $values.persistence }}
{{- if .enabled -}}
persistentVolumeClaimRetentionPolicy:
  whenScaled: Retain
  whenDeleted: {{ ternary "Retain" "Delete" .keep }}
volumeClaimTemplates:
  - metadata:
      name: data
      labels:
        {{- include "ordermesh.selector" (list $root (index $ 1)) | nindent 8 }}
        app.kubernetes.io/part-of: ordermesh
    spec:
      accessModes: [ReadWriteOnce]
      {{- with .storageClass }}
      storageClassName: {{ . | quote }}
      {{- end }}
      resources:
        requests:
          storage: {{ .size | quote }}
{{- end }}
{{- end }}
{{- end }}

{{/* … or, without persistence, a folder that lives as long as the pod. */}}
{{- define "ordermesh.emptyData" -}}
{{- if not .persistence.enabled -}}
- name: data
  emptyDir: {}
{{- end }}
{{- end }}
