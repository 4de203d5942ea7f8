{{/* Labels of every object of the chart. Call with (list . "component"). */}}
{{- define "baton.labels" -}}
app.kubernetes.io/name: baton
app.kubernetes.io/component: {{ index . 1 }}
app.kubernetes.io/version: {{ (index . 0).Chart.AppVersion | quote }}
{{- end }}

{{- define "baton.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{ with .Values.image.digest }}@{{ . }}{{ end }}
{{- end }}

{{/* The user name of the operator, as admission sees it. */}}
{{- define "baton.operatorUser" -}}
system:serviceaccount:{{ .Release.Namespace }}:baton-operator
{{- end }}

{{/* CEL: whether the request comes from one of Kubernetes' own controllers: garbage collection, namespaces, storage migration. */}}
{{- define "baton.byKubernetes" -}}
request.userInfo.username in ['system:kube-controller-manager',
'system:serviceaccount:kube-system:generic-garbage-collector', 'system:serviceaccount:kube-system:namespace-controller',
'system:serviceaccount:kube-system:storage-version-migrator-controller']
{{- end }}

{{/* CEL: the node that the caller's token is bound to; empty when it is bound to none. */}}
{{- define "baton.callerNode" -}}
request.userInfo.?extra[?'authentication.kubernetes.io/node-name'][?0].orValue('')
{{- end }}

{{/* The names and hosts of the gates' credentials as JSON; the Secrets themselves are mounted. */}}
{{- define "baton.gateCredentials" -}}
{{- $bindings := list -}}
{{- range .Values.gates.credentials -}}
{{- $bindings = append $bindings (dict "name" .name "hosts" .hosts) -}}
{{- end -}}
{{- toJson $bindings -}}
{{- end -}}
