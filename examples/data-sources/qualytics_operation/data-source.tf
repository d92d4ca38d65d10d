data "qualytics_operation" "scan" {
  id = 53388
}

output "anomalies" {
  value = data.qualytics_operation.scan.status["anomalies_identified"]
}

# details is the whole payload, including what has no attribute of its own.
output "incremental" {
  value = jsondecode(data.qualytics_operation.scan.details).incremental
}
