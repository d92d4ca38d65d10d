terraform {
  required_version = ">= 1.2"

  required_providers {
    qualytics = {
      source  = "qualytics/qualytics"
      version = "~> 0.2.0"
    }
  }
}

variable "max_anomalies" {
  description = "Maximum number of anomalies in the latest scan."
  type        = number
  default     = 50
}

# The latest scan of the datastore that has ended, with any result.
data "qualytics_operations" "latest_scan" {
  operation_type = "scan"
  datastore      = [101]
  finished       = true
  sort_created   = "desc"
  limit          = 1

  lifecycle {
    postcondition {
      condition = try(
        self.operations[0].result == "success" &&
        self.operations[0].status["anomalies_identified"] <= var.max_anomalies, false
      )
      error_message = format("The latest scan did not pass, or there is none: %v", one(self.operations[*].url))
    }
  }
}
